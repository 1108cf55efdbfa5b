import Evaluation
import Foundation

/// A replay's decisions and figures for people.
enum ReplayText {
    static func lines(_ report: ReplayReport) -> [String] {
        var lines = lines("champion", report.champion)
        for (name, contender) in report.against.sorted(by: { $0.key < $1.key }) {
            lines += [""] + self.lines(Terminal.printable(name), contender)
        }
        lines += [
            "",
            "\(report.duplicates) duplicates, \(report.immature) too young for their labels, \(report.unlabelled) without one",
        ]
        if report.faults > 0 { lines.append("\(report.faults) messages were no transaction or label") }
        if report.partial { lines.append("Stopped before its end: these are the figures of what was decided by then.") }
        let rate = String(format: "%.1f s, %.0f a second", report.seconds, report.eventsPerSecond)
        return lines + ["\(report.events) events after \(report.warmUpEvents) for context in \(rate)"]
    }

    private static func lines(_ name: String, _ contender: ReplayReport.Contender) -> [String] {
        var decisions = TextTable(header: [name, "events"])
        decisions.rows = [
            ["allow", "\(contender.decisions.allow)"], ["review", "\(contender.decisions.review)"],
            ["decline", "\(contender.decisions.decline)"],
        ]
        var lines = decisions.lines()
        lines += [
            "",
            "threshold \(String(format: "%.4f", contender.threshold)): precision "
                + "\(EvaluationText.number(contender.precision)), recall \(EvaluationText.number(contender.recall)), "
                + "of the money \(EvaluationText.number(contender.valueRecall))", "",
        ]
        lines += EvaluationText.lines(contender.metrics)
        guard !contender.rules.isEmpty else { return lines }
        var rules = TextTable(header: ["rule", "hits"])
        rules.rows = contender.rules.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { [Terminal.printable($0.key), "\($0.value)"] }
        return lines + [""] + rules.lines()
    }
}
