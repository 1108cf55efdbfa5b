import Scoring

/// The figures of a model on a stretch of time, with the keys of `vigil evaluate --json`.
///
/// A figure that is not defined (no fraud, no event) is null.
public struct EvaluationReport: Hashable, Sendable, Codable {
    public var events: Int
    public var frauds: Int
    public var aucROC: Double?
    public var averagePrecision: Double?
    /// By alert rate, such as "0.005" and "0.01".
    public var recallAtAlertRate: [String: Double?]
    /// By precision, "0.9".
    public var recallAtPrecision: [String: Double?]
    /// See `CardPrecision` for the protocol.
    public var cardPrecisionAt100: Double?
    /// Expected calibration error over 15 bins of equal width.
    public var ece: Double?

    private enum CodingKeys: String, CodingKey {
        case events
        case frauds
        case aucROC = "auc_roc"
        case averagePrecision = "average_precision"
        case recallAtAlertRate = "recall_at_alert_rate"
        case recallAtPrecision = "recall_at_precision"
        case cardPrecisionAt100 = "card_precision_at_100"
        case ece
    }

    /// Every figure has its key, also where it is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(events, forKey: .events)
        try container.encode(frauds, forKey: .frauds)
        try container.encode(aucROC, forKey: .aucROC)
        try container.encode(averagePrecision, forKey: .averagePrecision)
        try container.encode(recallAtAlertRate, forKey: .recallAtAlertRate)
        try container.encode(recallAtPrecision, forKey: .recallAtPrecision)
        try container.encode(cardPrecisionAt100, forKey: .cardPrecisionAt100)
        try container.encode(ece, forKey: .ece)
    }

    /// - Parameters:
    ///   - probabilities: (events) calibrated scores, none NaN.
    ///   - frauds: (events) the truth.
    ///   - users: (events) whose card each event is.
    ///   - times: (events) milliseconds since the Unix epoch.
    ///   - alertRates: shares of the events that can be looked at.
    public init(
        probabilities: some Sequence<Float>, frauds: some Sequence<Bool>, users: some Sequence<UInt32>,
        times: some Sequence<Int64>, alertRates: [Double] = [0.005, 0.01]
    ) {
        let (probabilities, frauds) = (Column(probabilities), Column(frauds))
        func defined(_ value: Double) -> Double? { value.isFinite ? value : nil }
        let ranking = ModelRanking(scores: probabilities, frauds: frauds)
        events = ranking.events
        self.frauds = ranking.frauds
        aucROC = defined(ranking.aucROC)
        averagePrecision = defined(ranking.averagePrecision)
        recallAtAlertRate = [:]
        for rate in alertRates {
            recallAtAlertRate[Self.key(rate)] = .some(defined(ranking.recall(alertRate: rate)))
        }
        recallAtPrecision = ["0.9": defined(ranking.recall(precision: 0.9))]
        cardPrecisionAt100 = CardPrecision.mean(scores: probabilities, frauds: frauds, users: users, times: times)
        ece = defined(ModelRanking.expectedCalibrationError(probabilities: probabilities, frauds: frauds))
    }

    /// A rate as JSON's keys write it: "0.005".
    static func key(_ rate: Double) -> String { "\(rate)" }
}
