import Evaluation
import Foundation

/// A replay's decisions and figures for people.
enum ReplayText {
    static func lines(_ report: ReplayReport) -> [String] {
        var decisions = TextTable(header: ["decision", "events"])
        decisions.rows = [
            ["allow", "\(report.decisions.allow)"], ["review", "\(report.decisions.review)"],
            ["decline", "\(report.decisions.decline)"],
        ]
        if report.duplicates > 0 { decisions.rows.append(["duplicate", "\(report.duplicates)"]) }
        var lines = decisions.lines()
        lines += [
            "",
            "threshold \(String(format: "%.4f", report.threshold)): precision "
                + "\(EvaluationText.number(report.precision)), recall \(EvaluationText.number(report.recall))", "",
        ]
        lines += EvaluationText.lines(report.metrics)
        if !report.rules.isEmpty {
            var rules = TextTable(header: ["rule", "hits"])
            rules.rows = report.rules.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { [Terminal.printable($0.key), "\($0.value)"] }
            lines += [""] + rules.lines()
        }
        let rate = String(format: "%.1f s, %.0f a second", report.seconds, report.eventsPerSecond)
        return lines + ["", "\(report.events) events in \(rate)"]
    }
}
