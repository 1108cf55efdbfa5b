/// What a replay decided and how that compares with the truth, with the keys of `vigil replay --json`.
public struct ReplayReport: Hashable, Sendable, Codable {
    /// How many events got which decision.
    public struct Decisions: Hashable, Sendable, Codable {
        public var allow = 0
        public var review = 0
        public var decline = 0

        public init() {}
    }

    /// Transactions of the span: scored and duplicates.
    public var events = 0
    /// Transactions before it.
    public var warmUpEvents = 0
    /// Those of the span whose id was among their user's retained tokens.
    public var duplicates = 0
    /// Those of the span that were older than their user's newest.
    public var late = 0
    /// Wall time of the span, reading included and the warm-up not.
    public var seconds = 0.0
    public var eventsPerSecond = 0.0
    /// The score from which the model puts an event up for review.
    public var threshold: Float
    /// Of labelled events put up for review or declined, the share that was fraud; nil where there is none.
    public var precision: Double?
    /// Of the frauds, the share put up for review or declined; nil without a fraud.
    public var recall: Double?
    /// Of the scores after the rules' adjustments.
    public var metrics: EvaluationReport
    public var decisions = Decisions()
    /// Hits by rule, those of rules that never matched included.
    public var rules: [String: Int] = [:]

    private enum CodingKeys: String, CodingKey {
        case events
        case warmUpEvents = "warm_up_events"
        case duplicates
        case late
        case seconds
        case eventsPerSecond = "events_per_second"
        case threshold
        case precision
        case recall
        case metrics
        case decisions
        case rules
    }

    init(threshold: Float, metrics: EvaluationReport) {
        self.threshold = threshold
        self.metrics = metrics
    }
}
