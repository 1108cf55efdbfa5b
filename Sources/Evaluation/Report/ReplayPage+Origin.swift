internal import Scoring
internal import Transactions

extension ReplayPage {
    /// How far features and scores moved.
    var driftSection: HTML {
        guard !analysis.drift.isEmpty else { return "" }
        var table = ReportTable(header: ["distribution", "PSI", "reading"], wordColumns: [0, 2])
        table.rows = analysis.drift.prefix(30).map { drift in
            [drift.name, ReportNumber.decimal(drift.psi, digits: 4), Self.reading(drift.psi)]
        }
        return """
            <h2>Drift</h2><p>Population stability index between what lay before the span and the span itself: less than 0.1 is \
            stable, more than 0.25 a shift that asks for a look.</p>\(table.html)
            """
    }

    private static func reading(_ index: Double?) -> String {
        guard let index else { return "nothing to compare with" }
        return index < 0.1 ? "stable" : index <= 0.25 ? "moved" : "shifted"
    }

    /// What produced the report.
    var originSection: HTML {
        var table = ReportTable(header: ["what", "value"], wordColumns: [0, 1])
        table.rows = [
            ["run", result.runID], ["from", result.from.iso8601], ["to", result.to.iso8601],
            ["data end", result.dataEnd.iso8601],
            ["label delay", ReportNumber.duration(hours: Double(result.labelDelayMilliseconds) / 3_600_000)],
            ["duplicates", ReportNumber.count(result.duplicates)], ["late", ReportNumber.count(result.late)],
            ["undecodable messages", ReportNumber.count(result.faults)],
            [
                "speed",
                "\(ReportNumber.decimal(result.seconds, digits: 1)) s, "
                    + "\(ReportNumber.count(Int(result.eventsPerSecond.rounded()))) transactions a second",
            ],
        ]
        for contender in result.table.contenders {
            table.rows += [
                ["\(contender.name): model", contender.modelHash], ["\(contender.name): rules", contender.rulesHash],
                [
                    "\(contender.name): thresholds",
                    "review from \(Self.score(contender.thresholds.review)), decline "
                        + (contender.thresholds.decline.map { "from " + Self.score($0) } ?? "by rules only"),
                ],
            ]
        }
        table.rows += result.table.sources.map { source in
            ["input", source.name + (source.partition.map { " [\($0)]" } ?? "")]
        }
        table.rows += configuration.map { [$0.name, $0.value] }
        return "<h2>What produced this</h2>\(table.html)"
    }
}
