/// What became known of one transaction, and when.
public struct Label: Hashable, Sendable {
    public var transactionID: String
    public var user: String
    public var fraud: Bool
    /// When the label became known; it counts from this moment, never before.
    public var knownAt: EventTime
    /// When the labelled transaction took place, if the label's source says.
    public var transactionTime: EventTime?
    /// The labelled transaction's amount, if the label's source says: it tells what kind of fraud an entity saw.
    public var amount: Double?
    /// The labelled transaction's entity keys in the schema's order; entity risk learns from these.
    public var entities: [String?]

    public init(
        transactionID: String, user: String, fraud: Bool, knownAt: EventTime, transactionTime: EventTime? = nil,
        amount: Double? = nil, entities: [String?] = []
    ) {
        self.transactionID = transactionID
        self.user = user
        self.fraud = fraud
        self.knownAt = knownAt
        self.transactionTime = transactionTime
        self.amount = amount
        self.entities = entities
    }
}
