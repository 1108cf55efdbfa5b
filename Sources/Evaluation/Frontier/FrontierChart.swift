import Foundation

/// Models by what they find (average precision, upwards) and what they cost (microseconds an event, on a logarithmic axis to
/// the right), the best joined by a line, as an SVG image.
public struct FrontierChart: Sendable {
    private static let (width, height, margin) = (760.0, 460.0, 64.0)

    private let points: [FrontierPoint]

    public init(_ points: [FrontierPoint]) {
        self.points = points.filter { $0.averagePrecision != nil && $0.microsecondsPerEvent > 0 }
            .sorted { $0.microsecondsPerEvent < $1.microsecondsPerEvent }
    }

    /// A whole document.
    public var svg: String {
        let size = "\(Int(Self.width)) \(Int(Self.height))"
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            """
        return ([head] + axes + [line] + points.map(mark) + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var costs: ClosedRange<Double> { Self.widened(points.map { log10($0.microsecondsPerEvent) }, by: 0.1) }
    private var gains: ClosedRange<Double> {
        Self.widened(points.map { $0.averagePrecision ?? 0 }, by: 0.01).clamped(to: 0...1)
    }

    private static func widened(_ values: [Double], by least: Double) -> ClosedRange<Double> {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let room = max(least, (high - low) * 0.15)
        return low - room...high + room
    }

    private func x(_ point: FrontierPoint) -> Double { x(log10(point.microsecondsPerEvent)) }

    private func x(_ cost: Double) -> Double {
        Self.margin + (cost - costs.lowerBound) / (costs.upperBound - costs.lowerBound) * (Self.width - 2 * Self.margin)
    }

    private func y(_ gain: Double) -> Double {
        let share = (gain - gains.lowerBound) / (gains.upperBound - gains.lowerBound)
        return Self.height - Self.margin - share * (Self.height - 2 * Self.margin)
    }

    private var axes: [String] {
        let (left, right) = (Self.margin, Self.width - Self.margin)
        let (top, bottom) = (Self.margin, Self.height - Self.margin)
        var lines = [
            "<path d=\"M\(left) \(top)V\(bottom)H\(right)\" fill=\"none\" stroke=\"#333\"/>",
            "<text x=\"\(Self.width / 2)\" y=\"\(Self.height - 18)\" text-anchor=\"middle\">microseconds per event</text>",
            "<text x=\"\(left)\" y=\"\(top - 16)\" text-anchor=\"middle\">average precision</text>",
        ]
        for step in 0...4 {
            let share = Double(step) / 4
            let gain = gains.lowerBound + share * (gains.upperBound - gains.lowerBound)
            let cost = costs.lowerBound + share * (costs.upperBound - costs.lowerBound)
            lines.append(
                "<text x=\"\(left - 8)\" y=\"\(Self.text(y(gain) + 4))\" text-anchor=\"end\">"
                    + "\(String(format: "%.3f", gain))</text>")
            lines.append(
                "<text x=\"\(Self.text(x(cost)))\" y=\"\(bottom + 18)\" text-anchor=\"middle\">"
                    + "\(String(format: "%.2f", pow(10, cost)))</text>")
        }
        return lines
    }

    private var line: String {
        let best = points.filter(\.isOnFrontier).map { "\(Self.text(x($0))),\(Self.text(y($0.averagePrecision ?? 0)))" }
        return "<polyline points=\"\(best.joined(separator: " "))\" fill=\"none\" stroke=\"#1b7f5c\"/>"
    }

    private func mark(_ point: FrontierPoint) -> String {
        let (px, py) = (x(point), y(point.averagePrecision ?? 0))
        let color = point.isOnFrontier ? "#1b7f5c" : "#999"
        return "<circle cx=\"\(Self.text(px))\" cy=\"\(Self.text(py))\" r=\"4\" fill=\"\(color)\"/>"
            + "<text x=\"\(Self.text(px + 7))\" y=\"\(Self.text(py - 7))\">\(Self.escaped(point.model))</text>"
    }

    private static func text(_ value: Double) -> String { String(format: "%.1f", value) }

    /// A name may hold what XML would read as its own.
    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}
