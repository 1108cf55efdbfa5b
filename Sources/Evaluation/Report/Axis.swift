internal import Foundation

/// One axis of a chart: its range, its ticks and what it shows.
struct Axis {
    var title: String
    var low: Double
    var high: Double
    /// Shown as percent.
    var isShare = false
    /// Labels in place of numbers.
    var labels: [(value: Double, text: String)]?

    /// An axis from `low` to a round number not below `high`.
    static func upTo(_ high: Double, title: String) -> Axis {
        let step = step(high > 0 ? high : 1)
        return Axis(title: title, low: 0, high: max((high / step).rounded(.up), 1) * step)
    }

    static func share(_ title: String, high: Double = 1) -> Axis {
        Axis(title: title, low: 0, high: high, isShare: true)
    }

    /// 0...1 along the axis.
    func position(_ value: Double) -> Double {
        high > low ? min(max((value - low) / (high - low), 0), 1) : 0
    }

    var ticks: [(value: Double, text: String)] {
        if let labels { return labels }
        let step = Self.step(high - low)
        return (0...Int(((high - low) / step + 1e-9).rounded(.down))).map { index in
            let value = low + Double(index) * step
            return (value, isShare ? ReportNumber.tick(value * 100) + " %" : ReportNumber.tick(value))
        }
    }

    /// 1, 2 or 5 times a power of ten that gives four to eight ticks.
    private static func step(_ span: Double) -> Double {
        let power = pow(10, (log10(span / 5)).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 6 } ?? power * 10
    }
}
