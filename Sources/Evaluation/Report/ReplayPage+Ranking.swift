internal import Foundation
internal import Scoring
internal import Transactions

extension ReplayPage {
    /// Curves over thresholds, one line a contender.
    var rankingSection: HTML {
        var precision = Chart("Precision against recall", x: .share("recall"), y: .share("precision"))
        var roc = Chart("ROC curve", x: .share("false positive rate"), y: .share("recall"))
        let perDay = result.days > 0 ? Double(columns.count) / result.days : Double(columns.count)
        // As far as twice what is flagged today, and no less than 2 % of the events.
        let flagged = result.days > 0 ? Double(champion.all.catches.flagged) / result.days : 0
        let budget = Axis.upTo(max(0.02 * perDay, 2 * flagged), title: "alerts a day")
        var budgets = Chart("Recall against alert budget", x: budget, y: .share("recall"))
        roc.line([(0, 0), (1, 1)], style: "guide")
        for index in table.contenders.indices.prefix(4) {
            let own = index == 0 ? columns : OutcomeColumns(table, contender: index)
            let points = RankingCurve(scores: own.scores, frauds: own.frauds).points
            let style = "s\(index)"
            let name = table.contenders.count > 1 ? table.contenders[index].name : nil
            let first = points.first.map { [(x: 0.0, y: $0.precision)] } ?? []
            precision.line(first + points.map { ($0.recall, $0.precision) }, style: style, name: name)
            roc.line([(0, 0)] + points.map { ($0.falsePositiveRate, $0.recall) }, style: style, name: name)
            let affordable = points.filter { $0.alertRate * perDay <= budget.high }
            budgets.line([(0, 0)] + affordable.map { ($0.alertRate * perDay, $0.recall) }, style: style, name: name)
        }
        budgets.upright(at: flagged, label: "flagged now")
        if let recall = champion.all[.recall], let own = champion.all[.precision] {
            precision.dot(recall, own, radius: 5, style: "s1", hint: "the decisions as taken")
            precision.key("decisions as taken", style: "s1")
        }
        return """
            <h2>Ranking</h2><p>Scores after the rules' adjustments; AUC ROC \
            \(ReportNumber.decimal(champion.all[.aucROC], digits: 4)).</p>
            <div class="charts">\(precision.html)\(roc.html)\(budgets.html)\(reliability)\(histogram(frauds: true))\
            \(histogram(frauds: false))</div>
            \(figureTable)
            """
    }

    private var reliability: HTML {
        let bins = Reliability.curve(probabilities: columns.scores, frauds: columns.frauds)
        var chart = Chart(
            "Reliability: is 30 % really 30 %?", x: .share("mean score of a bin"), y: .share("share of frauds in it"))
        chart.line([(0, 0), (1, 1)], style: "guide", name: "perfect")
        chart.line(bins.map { ($0.predicted, $0.observed) }, style: "s0", name: "15 bins, dots by number of events")
        for bin in bins {
            let hint =
                "\(ReportNumber.count(bin.events)) events: \(ReportNumber.percent(bin.predicted)) predicted, "
                + "\(ReportNumber.percent(bin.observed)) fraud"
            chart.dot(bin.predicted, bin.observed, radius: 2 + log10(Double(bin.events)), style: "s0", hint: hint)
        }
        return chart.html
    }

    /// Counts of scores on a scale of powers of ten: frauds are few and most scores low.
    private func histogram(frauds: Bool) -> HTML {
        let bins = 40
        var counts = [Int](repeating: 0, count: bins)
        for row in 0..<columns.count where columns.frauds[row] == frauds {
            counts[min(max(Int(columns.scores[row] * Float(bins)), 0), bins - 1)] += 1
        }
        let decades = max(1, Int(log10(Double(max(1, counts.max() ?? 1))).rounded(.up)))
        let axis = Axis(
            title: "events (powers of ten)", low: 0, high: Double(decades) + 0.5,
            labels: (0...decades).map { (Double($0) + 0.5, ReportNumber.tick(pow(10, Double($0)))) })
        var chart = Chart(
            frauds ? "Scores of frauds" : "Scores of legitimate transactions", x: Axis(title: "score", low: 0, high: 1),
            y: axis)
        for (bin, count) in counts.enumerated() where count > 0 {
            let start = Double(bin) / Double(bins)
            chart.bar(
                start...(start + 0.9 / Double(bins)), to: log10(Double(count)) + 0.5, style: frauds ? "s1" : "quiet")
        }
        chart.upright(at: Double(table.champion.thresholds.review), label: "review from here")
        return chart.html
    }

    private var figureTable: HTML {
        let names: [(Figure, String)] = [
            (.aucROC, "AUC ROC"), (.averagePrecision, "average precision"),
            (.recallAtTenthPercent, "recall at 0.1 % alerts"), (.recallAtHalfPercent, "recall at 0.5 % alerts"),
            (.recallAtOnePercent, "recall at 1 % alerts"), (.recallAtTwoPercent, "recall at 2 % alerts"),
            (.recallAtPrecision, "recall at precision 0.9"), (.cardPrecision, "card precision at 100"),
            (.valueRecall, "value recall"), (.falsePositiveRate, "false positive rate"),
            (.ece, "calibration error (ECE)"),
            (.expectedCost, "expected cost by transaction"),
        ]
        var figures = ReportTable(header: ["figure"] + analysis.contenders.flatMap { [$0.name, "95 % interval"] })
        for (figure, name) in names where champion.all[figure] != nil {
            figures.rows.append(
                [name]
                    + analysis.contenders.flatMap { contender in
                        [
                            ReportNumber.decimal(contender.all[figure], digits: 4),
                            contender.all.intervals[figure].map {
                                "\(ReportNumber.decimal($0.low, digits: 4)) to \(ReportNumber.decimal($0.high, digits: 4))"
                            } ?? ReportNumber.undefined,
                        ]
                    })
        }
        return figures.html
    }
}
