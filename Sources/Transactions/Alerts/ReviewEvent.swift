/// One message of the review topic; flat, so that an alert's row holds all of it.
public struct ReviewEvent: Hashable, Sendable {
    public var alertID: String
    public var transactionID: String
    /// The user's pseudonym.
    public var user: String
    public var amount: Double
    public var eventTime: EventTime
    public var scoredAt: EventTime
    /// The model's calibrated probability, before any rule.
    public var modelScore: Float
    /// The score after `score ±x` rules.
    public var score: Float
    public var decision: Disposition
    /// The rule that decided, or nil where the score alone did.
    public var decidedBy: String?
    public var ruleHits: [RuleHit]
    public var reasons: [Reason]
    public var entities: [EntityKey]
    public var modelHash: String
    public var rulesHash: String
    public var source: SourceCoordinates

    public init(
        alertID: String, transactionID: String, user: String, amount: Double, eventTime: EventTime,
        scoredAt: EventTime, modelScore: Float, score: Float, decision: Disposition, decidedBy: String?,
        ruleHits: [RuleHit], reasons: [Reason], entities: [EntityKey], modelHash: String, rulesHash: String,
        source: SourceCoordinates
    ) {
        self.alertID = alertID
        self.transactionID = transactionID
        self.user = user
        self.amount = amount
        self.eventTime = eventTime
        self.scoredAt = scoredAt
        self.modelScore = modelScore
        self.score = score
        self.decision = decision
        self.decidedBy = decidedBy
        self.ruleHits = ruleHits
        self.reasons = reasons
        self.entities = entities
        self.modelHash = modelHash
        self.rulesHash = rulesHash
        self.source = source
    }
}
