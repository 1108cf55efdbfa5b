import Evaluation
import Foundation

/// What a replay's analysis adds to the figures, for people.
enum AnalysisText {
    static func lines(_ analysis: ReplayAnalysis) -> [String] {
        guard let champion = analysis.contenders.first else { return [] }
        var lines = [""] + views(champion)
        if !champion.ruleTable.rows.isEmpty { lines += [""] + rules(champion.ruleTable) }
        if !analysis.choices.isEmpty { lines += [""] + choices(analysis.choices) }
        for comparison in analysis.comparisons { lines += ["", Terminal.printable(comparison.verdict)] }
        return lines
    }

    private static func views(_ champion: ReplayAnalysis.Contender) -> [String] {
        var table = TextTable(header: ["decided by", "flagged", "caught", "precision", "recall", "of the money"])
        let views = [
            ("model and rules", champion.all), ("model alone", champion.model), ("rules alone", champion.rules),
            ("both", champion.both),
        ]
        table.rows = views.map { name, metrics in
            [
                name, "\(metrics.catches.flagged)", "\(metrics.catches.caught)",
                EvaluationText.number(metrics[.precision]), interval(metrics, .recall),
                EvaluationText.number(metrics[.valueRecall]),
            ]
        }
        return table.lines()
    }

    private static func interval(_ metrics: ViewMetrics, _ figure: Figure) -> String {
        let value = EvaluationText.number(metrics[figure])
        guard let interval = metrics.intervals[figure] else { return value }
        return value + String(format: " [%.4f, %.4f]", interval.low, interval.high)
    }

    private static func rules(_ rules: RuleTable) -> [String] {
        var table = TextTable(header: ["rule", "hits", "precision", "recall", "marginal recall"])
        table.rows = rules.rows.map {
            [
                Terminal.printable($0.rule), "\($0.hits)", EvaluationText.number($0.precision),
                EvaluationText.number($0.recall), EvaluationText.number($0.marginalRecall),
            ]
        }
        return table.lines()
    }

    private static func choices(_ choices: [ThresholdChoice]) -> [String] {
        var table = TextTable(header: ["asked for", "threshold", "alerts a day", "precision", "recall", "of the money"])
        table.rows = choices.map {
            [
                $0.isMet ? $0.goal : $0.goal + " (cannot be met)", EvaluationText.number($0.threshold.map(Double.init)),
                String(format: "%.1f", $0.alertsPerDay), EvaluationText.number($0.precision),
                EvaluationText.number($0.recall), EvaluationText.number($0.valueRecall),
            ]
        }
        return table.lines()
    }
}
