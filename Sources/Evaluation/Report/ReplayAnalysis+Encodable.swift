extension ReplayAnalysis: Encodable {
    private enum CodingKeys: String, CodingKey {
        case metrics
        case views
        case ruleTable = "rule_table"
        case ruleOverlap = "rule_overlap"
        case segments
        case drift
        case thresholdChoices = "threshold_choices"
        case comparisons
    }

    /// The champion's figures; `metrics` are those of the decisions as taken.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        guard let champion = contenders.first else { return }
        try container.encode(champion.all, forKey: .metrics)
        var views = ["model": champion.model, "rules": champion.rules, "both": champion.both]
        for (row, metrics) in zip(champion.ruleTable.rows, champion.byRule) { views["rule:" + row.rule] = metrics }
        try container.encode(views, forKey: .views)
        try container.encode(champion.ruleTable.rows, forKey: .ruleTable)
        try container.encode(champion.ruleTable.overlap, forKey: .ruleOverlap)
        try container.encode(segments, forKey: .segments)
        try container.encode(drift, forKey: .drift)
        try container.encode(choices, forKey: .thresholdChoices)
        try container.encode(comparisons, forKey: .comparisons)
    }
}
