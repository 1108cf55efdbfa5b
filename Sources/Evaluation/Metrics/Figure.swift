/// A figure that bootstrap intervals are given for; raw values are the names in JSON and in `replay_metrics`.
public enum Figure: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    case aucROC = "auc_roc"
    case averagePrecision = "average_precision"
    case recallAtTenthPercent = "recall_at_alert_rate_0.001"
    case recallAtHalfPercent = "recall_at_alert_rate_0.005"
    case recallAtOnePercent = "recall_at_alert_rate_0.01"
    case recallAtTwoPercent = "recall_at_alert_rate_0.02"
    case recallAtPrecision = "recall_at_precision_0.9"
    case cardPrecision = "card_precision_at_100"
    case ece
    case precision
    case recall
    case falsePositiveRate = "false_positive_rate"
    case valueRecall = "value_recall"
    /// By event, in the currency's major unit; only where costs are given.
    case expectedCost = "expected_cost"

    /// Alert rates with a figure of their own.
    static let alertRates: [(rate: Double, figure: Figure)] = [
        (0.001, .recallAtTenthPercent), (0.005, .recallAtHalfPercent), (0.01, .recallAtOnePercent),
        (0.02, .recallAtTwoPercent),
    ]
}
