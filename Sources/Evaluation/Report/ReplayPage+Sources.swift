extension ReplayPage {
    /// What the model and the rules each contribute.
    var sourcesSection: HTML {
        var views = ReportTable(
            header: ["decided by", "flagged", "caught", "precision", "recall", "value recall", "false positive rate"])
        for (name, metrics) in [
            ("model and rules", champion.all), ("the model alone", champion.model), ("the rules alone", champion.rules),
            ("both, each by itself", champion.both),
        ] {
            views.rows.append([
                name, ReportNumber.count(metrics.catches.flagged), ReportNumber.count(metrics.catches.caught),
                ReportNumber.percent(metrics[.precision]), ReportNumber.percent(metrics[.recall]),
                ReportNumber.percent(metrics[.valueRecall]),
                ReportNumber.percent(metrics[.falsePositiveRate], digits: 3),
            ])
        }
        return "<h2>Model and rules</h2>\(views.html)\(rules)\n"
    }

    private var rules: HTML {
        let rows = champion.ruleTable.rows
        guard !rows.isEmpty else { return "<p class=\"soft\">No rules took part.</p>" }
        var table = ReportTable(
            header: [
                "rule", "action", "hits", "frauds", "precision", "recall", "marginal recall", "marginal false alarms",
            ], wordColumns: [0, 1])
        table.rows = rows.map {
            [
                $0.rule, $0.action, ReportNumber.count($0.hits), ReportNumber.count($0.frauds),
                ReportNumber.percent($0.precision), ReportNumber.percent($0.recall),
                ReportNumber.percent($0.marginalRecall, digits: 2), ReportNumber.count($0.marginalFalseAlarms),
            ]
        }
        return """
            <h3>Rules</h3><p>Marginal recall is what would be lost if the rule went and all else stayed; marginal false alarms \
            would go with it.</p>\(table.html)\(overlap)
            """
    }

    private var overlap: HTML {
        let rows = champion.ruleTable.rows
        guard (2...12).contains(rows.count) else { return "" }
        var table = ReportTable(header: ["both matched"] + rows.map(\.rule))
        table.rows = rows.indices.map { row in
            [rows[row].rule] + champion.ruleTable.overlap[row].map(ReportNumber.count)
        }
        return
            "<h3>Overlap of rules</h3><p>Transactions that two rules matched; on the diagonal each rule's own.</p>\(table.html)"
    }

    /// The thresholds that were asked for.
    var choiceSection: HTML {
        guard !analysis.choices.isEmpty else { return "" }
        var table = ReportTable(
            header: [
                "asked for", "threshold", "alerts a day", "precision", "recall", "value recall", "cost by transaction",
            ])
        table.rows = analysis.choices.map {
            [
                $0.isMet ? $0.goal : $0.goal + " (cannot be met)", $0.threshold.map(Self.score) ?? "none",
                ReportNumber.decimal($0.alertsPerDay, digits: 1), ReportNumber.percent($0.precision),
                ReportNumber.percent($0.recall), ReportNumber.percent($0.valueRecall),
                ReportNumber.decimal($0.expectedCost, digits: 4),
            ]
        }
        return """
            <h2>Choosing a threshold</h2><p>Rules as they are; alerts are all that is flagged, whatever its truth. Chosen with \
            hindsight on these events: confirm it on others.</p>\(table.html)
            """
    }

    /// How decisions fall on groups.
    var segmentSection: HTML {
        guard !analysis.segments.isEmpty else { return "" }
        let parts: [HTML] = analysis.segments.map { segment in
            var table = ReportTable(
                header: [
                    segment.name, "events", "frauds", "flagged", "recall", "false positive rate", "precision",
                    "value recall",
                ])
            table.rows = segment.rows.prefix(20).map {
                [
                    $0.group.isEmpty ? "(none)" : $0.group, ReportNumber.count($0.events),
                    ReportNumber.count($0.frauds),
                    ReportNumber.count($0.flagged), ReportNumber.percent($0.recall),
                    ReportNumber.percent($0.falsePositiveRate, digits: 3), ReportNumber.percent($0.precision),
                    ReportNumber.percent($0.valueRecall),
                ]
            }
            let further = segment.furtherGroups + max(0, segment.rows.count - 20)
            let rest = further > 0 ? " \(ReportNumber.count(further)) smaller groups are not shown." : ""
            return """
                <h3>By \(segment.name)</h3><p>Gap between the best and the worst group: recall \
                \(ReportNumber.percent(segment.recallGap)) over groups of at least \("\(SegmentTable.fewestFrauds)") frauds, \
                false positive rate \(ReportNumber.percent(segment.falsePositiveRateGap, digits: 3)) over groups of at least \
                \("\(SegmentTable.fewestLegitimate)") legitimate transactions.\(rest)</p>\(table.html)
                """
        }
        return "<h2>Segments</h2>\(parts)\n"
    }
}
