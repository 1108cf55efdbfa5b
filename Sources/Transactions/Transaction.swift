/// One payment, as every part of vigil sees it; a `TransactionSchema` gives the order of `entities` and `features`.
public struct Transaction: Hashable, Sendable {
    /// The producer's identifier; the same one seen again within a user's window is a duplicate.
    public var id: String
    /// Whose sequence the transaction belongs to: a card, an account, a customer.
    public var user: String
    public var time: EventTime
    /// In the currency's major unit; negative for a refund, never NaN or infinite.
    public var amount: Double
    /// Entity keys (terminal, merchant, device) in the schema's order; nil where the event carries none.
    public var entities: [String?]
    /// Feature values in the schema's order.
    public var features: [FeatureValue]

    public init(
        id: String, user: String, time: EventTime, amount: Double, entities: [String?] = [],
        features: [FeatureValue] = []
    ) {
        self.id = id
        self.user = user
        self.time = time
        self.amount = amount
        self.entities = entities
        self.features = features
    }
}

/// The value of one declared feature.
public enum FeatureValue: Hashable, Sendable {
    /// A finite number.
    case number(Double)
    case text(String)
    case missing
}
