/// All figures of one view of the decisions: those of `vigil evaluate --json` and what decisions caught, with intervals.
public struct ViewMetrics: Hashable, Sendable, Encodable {
    /// Of the scores' ranking and calibration.
    public var ranking: EvaluationReport
    /// Of the decisions.
    public var catches: CatchCounts
    public var cards: CardDetection
    /// By event, in the currency's major unit; nil where no costs are given.
    public var expectedCost: Double?
    /// 95 %, by user; empty where none were asked for.
    public var intervals: [Figure: Interval]

    /// - Parameter costs: nil where they are not known.
    public init(_ columns: OutcomeColumns, costs: DecisionCosts?, intervals: [Figure: Interval] = [:]) {
        ranking = EvaluationReport(
            probabilities: columns.scores, frauds: columns.frauds, users: columns.users, times: columns.times,
            alertRates: Figure.alertRates.map(\.rate))
        catches = CatchCounts(columns)
        cards = CardDetection(columns)
        expectedCost = costs.flatMap { columns.count > 0 ? $0.total(columns) / Double(columns.count) : nil }
        self.intervals = intervals
    }

    /// The value of a figure; nil where it is not defined.
    public subscript(figure: Figure) -> Double? {
        switch figure {
        case .aucROC: ranking.aucROC
        case .averagePrecision: ranking.averagePrecision
        case .recallAtTenthPercent, .recallAtHalfPercent, .recallAtOnePercent, .recallAtTwoPercent:
            Figure.alertRates.first { $0.figure == figure }
                .flatMap { ranking.recallAtAlertRate[EvaluationReport.key($0.rate)] ?? nil }
        case .recallAtPrecision: ranking.recallAtPrecision["0.9"] ?? nil
        case .cardPrecision: ranking.cardPrecisionAt100
        case .ece: ranking.ece
        case .precision: catches.precision
        case .recall: catches.recall
        case .falsePositiveRate: catches.falsePositiveRate
        case .valueRecall: catches.valueRecall
        case .expectedCost: expectedCost
        }
    }

    private enum CodingKeys: String, CodingKey {
        case flagged
        case caught
        case precision
        case recall
        case falsePositiveRate = "false_positive_rate"
        case valueRecall = "value_recall"
        case fraudAmount = "fraud_amount"
        case caughtAmount = "caught_amount"
        case expectedCost = "expected_cost"
        case cards
        case intervals
    }

    public func encode(to encoder: any Encoder) throws {
        try ranking.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(catches.flagged, forKey: .flagged)
        try container.encode(catches.caught, forKey: .caught)
        try container.encode(catches.precision, forKey: .precision)
        try container.encode(catches.recall, forKey: .recall)
        try container.encode(catches.falsePositiveRate, forKey: .falsePositiveRate)
        try container.encode(catches.valueRecall, forKey: .valueRecall)
        try container.encode(catches.fraudAmount, forKey: .fraudAmount)
        try container.encode(catches.caughtAmount, forKey: .caughtAmount)
        try container.encode(expectedCost, forKey: .expectedCost)
        try container.encode(cards, forKey: .cards)
        try container.encode(intervals, forKey: .intervals)
    }
}
