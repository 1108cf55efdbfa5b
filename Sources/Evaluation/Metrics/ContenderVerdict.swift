internal import Foundation

/// What a comparison comes to, for somebody who has to decide.
struct ContenderVerdict {
    let text: String

    init(_ comparison: ContenderComparison, frauds: Int) {
        let changes = comparison.changes
        guard frauds > 0 else {
            text = "No fraud of known truth lies in the span, so nothing can be said of what either catches."
            return
        }
        let caught = (changes[.newCatch] ?? 0) - (changes[.newMiss] ?? 0)
        let alarms = (changes[.newFalseAlarm] ?? 0) - (changes[.droppedFalseAlarm] ?? 0)
        var sentences = [
            "\(comparison.challenger) catches \(Self.amount(caught, "fraud")) and raises "
                + "\(Self.amount(alarms, "false alarm")) than \(comparison.champion)."
        ]
        sentences.append(Self.weighed(comparison))
        text = sentences.joined(separator: " ")
    }

    private static func amount(_ difference: Int, _ noun: String) -> String {
        if difference == 0 { return "no more \(noun)s" }
        let count = abs(difference)
        return "\(count) \(difference > 0 ? "more" : "fewer") \(noun)\(count == 1 ? "" : "s")"
    }

    /// Whether recall and precision moved beyond what other users of the same kind would have given.
    private static func weighed(_ comparison: ContenderComparison) -> String {
        let recall = direction(comparison, .recall)
        let precision = direction(comparison, .precision)
        let figures = [
            described(comparison, .recall, "recall"), described(comparison, .precision, "precision"),
            described(comparison, .averagePrecision, "average precision"),
        ].compactMap { $0 }.joined(separator: "; ")
        let judgement =
            switch (recall, precision) {
            case (1, 0), (1, 1), (0, 1): "It is better beyond chance"
            case (-1, 0), (-1, -1), (0, -1): "It is worse beyond chance"
            case (1, -1): "It trades precision for recall"
            case (-1, 1): "It trades recall for precision"
            default:
                switch direction(comparison, .averagePrecision) {
                case 1: "At these thresholds they do not differ beyond chance, but it ranks better"
                case -1: "At these thresholds they do not differ beyond chance, but it ranks worse"
                default: "The difference is within chance"
                }
            }
        return figures.isEmpty ? judgement + "." : "\(judgement): \(figures)."
    }

    private static func direction(_ comparison: ContenderComparison, _ figure: Figure) -> Int {
        guard let interval = comparison.intervals[figure], interval.excludesZero else { return 0 }
        return interval.low > 0 ? 1 : -1
    }

    private static func described(_ comparison: ContenderComparison, _ figure: Figure, _ name: String) -> String? {
        guard let difference = comparison.differences[figure] else { return nil }
        func points(_ value: Double) -> String { String(format: "%+.2f", value * 100).replacing("-", with: "−") }
        guard let interval = comparison.intervals[figure] else { return "\(name) \(points(difference)) points" }
        return
            "\(name) \(points(difference)) points (95 % interval \(points(interval.low)) to \(points(interval.high)))"
    }
}
