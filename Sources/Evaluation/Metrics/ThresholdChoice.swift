/// A threshold for review and what it would have caught.
public struct ThresholdChoice: Hashable, Sendable, Codable {
    /// What it was chosen by: `budget 200/day`.
    public var goal: String
    /// Reviewed from this score on; nil where the goal asks that no score be reviewed, or cannot be met at all.
    public var threshold: Float?
    /// Whether the goal is met: rules alone may flag more than a budget allows or with less precision than asked for.
    public var isMet: Bool
    /// Events flagged, those whose truth is not known included.
    public var alerts: Int
    public var alertsPerDay: Double
    /// Of the flagged whose truth is known.
    public var precision: Double?
    public var recall: Double?
    public var valueRecall: Double?
    /// By event whose truth is known; only where the goal is a cost.
    public var expectedCost: Double?

    private enum CodingKeys: String, CodingKey {
        case goal
        case threshold
        case isMet = "met"
        case alerts
        case alertsPerDay = "alerts_per_day"
        case precision
        case recall
        case valueRecall = "value_recall"
        case expectedCost = "expected_cost"
    }

    /// Every figure has its key, also where it is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(goal, forKey: .goal)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(isMet, forKey: .isMet)
        try container.encode(alerts, forKey: .alerts)
        try container.encode(alertsPerDay, forKey: .alertsPerDay)
        try container.encode(precision, forKey: .precision)
        try container.encode(recall, forKey: .recall)
        try container.encode(valueRecall, forKey: .valueRecall)
        try container.encode(expectedCost, forKey: .expectedCost)
    }
}
