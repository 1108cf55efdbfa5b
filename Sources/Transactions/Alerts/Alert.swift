/// A decided transaction that is kept: to be reviewed or declined, or let through by rules; with all that its row says.
public struct Alert: Hashable, Sendable {
    /// A function of `source`; see `SourceCoordinates.alertID`.
    public let id: String
    public let transaction: Transaction
    /// What stands for the user outside.
    public let pseudonym: String
    public let decision: Decision
    public let source: SourceCoordinates
    /// When it was scored, by the clock.
    public let scoredAt: EventTime
    /// Which model scored it.
    public let modelHash: String
    /// Which rule set decided on it.
    public let rulesHash: String

    public init(
        transaction: Transaction, pseudonym: String, decision: Decision, source: SourceCoordinates,
        scoredAt: EventTime, modelHash: String, rulesHash: String
    ) {
        id = source.alertID
        self.transaction = transaction
        self.pseudonym = pseudonym
        self.decision = decision
        self.source = source
        self.scoredAt = scoredAt
        self.modelHash = modelHash
        self.rulesHash = rulesHash
    }

    /// What the review topic is told.
    public func reviewEvent(schema: TransactionSchema) -> ReviewEvent {
        ReviewEvent(
            alertID: id, transactionID: transaction.id, user: pseudonym, amount: transaction.amount,
            eventTime: transaction.time, scoredAt: scoredAt, modelScore: decision.modelScore, score: decision.score,
            decision: decision.disposition, decidedBy: decision.decidedBy, ruleHits: decision.hits,
            reasons: decision.reasons, entities: transaction.entityKeys(schema: schema), modelHash: modelHash,
            rulesHash: rulesHash, source: source)
    }
}

extension Transaction {
    /// The entities that are there, with their names.
    public func entityKeys(schema: TransactionSchema) -> [EntityKey] {
        zip(schema.entities, entities).compactMap { entity, key in key.map { EntityKey(name: entity.name, key: $0) } }
    }
}
