import Evaluation
import Foundation
import Transactions

/// A backtest of rules for people.
enum BacktestText {
    /// - Parameter against: where the active rule set is kept; nil where the score alone decides.
    static func lines(_ backtest: RuleBacktest, against: String?) -> [String] {
        var lines = rules(backtest.rules) + [""]
        if backtest.rules.rows.count > 1 { lines += overlap(backtest.rules) + [""] }
        lines += sides(backtest) + [""]
        let active = against.map(Terminal.printable) ?? "the score alone"
        lines.append("\(backtest.changed) of \(backtest.events) decisions change against \(active)")
        for change in backtest.changes { lines += [""] + self.lines(change) }
        lines += ["", "\(backtest.frauds) frauds among \(backtest.mature) events whose truth is known"]
        return lines
    }

    private static func rules(_ rules: RuleTable) -> [String] {
        var table = TextTable(header: [
            "", "rule", "action", "hits", "frauds", "precision", "recall", "marginal recall", "its false alarms",
        ])
        table.rows = rules.rows.enumerated().map { number, row in
            [
                "\(number + 1)", Terminal.printable(row.rule), row.action, "\(row.hits)", "\(row.frauds)",
                EvaluationText.number(row.precision), EvaluationText.number(row.recall),
                EvaluationText.number(row.marginalRecall), "\(row.marginalFalseAlarms)",
            ]
        }
        return table.lines()
    }

    private static func overlap(_ rules: RuleTable) -> [String] {
        var table = TextTable(header: ["both match"] + rules.rows.indices.map { "\($0 + 1)" })
        table.rows = rules.rows.indices.map { row in
            ["\(row + 1) " + Terminal.printable(rules.rows[row].rule)] + rules.overlap[row].map { "\($0)" }
        }
        return table.lines()
    }

    private static func sides(_ backtest: RuleBacktest) -> [String] {
        var table = TextTable(header: ["decided by", "flagged", "caught", "precision", "recall"])
        table.rows = [("active", backtest.active), ("proposed", backtest.proposed)].map { name, side in
            [
                name, "\(side.flagged)", "\(side.caught)", EvaluationText.number(side.precision),
                EvaluationText.number(side.recall),
            ]
        }
        return table.lines()
    }

    private static func lines(_ change: RuleBacktest.Change) -> [String] {
        let counts =
            "\(change.from.rawValue) → \(change.to.rawValue): \(change.events) events, \(change.frauds) frauds of "
            + String(format: "%.2f", change.fraudAmount) + ", \(change.legitimate) legitimate"
        return [counts]
            + change.examples.map { example in
                let truth = example.isFraud.map { $0 ? "fraud" : "legitimate" } ?? "not known"
                let deciders = "\(example.ruleBefore ?? "score") → \(example.ruleAfter ?? "score")"
                return Terminal.printable(
                    "  \(example.time) \(example.user) \(String(format: "%.2f", example.amount)) "
                        + "score \(String(format: "%.4f", example.modelScore)), \(truth), by \(deciders), \(example.source)"
                )
            }
    }
}
