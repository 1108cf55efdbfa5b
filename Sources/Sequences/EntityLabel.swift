/// What became known of one transaction, as one of its entities remembers it.
public struct EntityLabel: Hashable, Sendable {
    /// `StableHash.entity` of the entity.
    public var entity: UInt64
    /// When the label became known, in milliseconds since the Unix epoch.
    public var knownAt: Int64
    public var fraud: Bool
    /// The transaction's amount, of a fraud and where the label says; nil otherwise.
    public var amount: Float?

    public init(entity: UInt64, knownAt: Int64, fraud: Bool, amount: Float? = nil) {
        self.entity = entity
        self.knownAt = knownAt
        self.fraud = fraud
        self.amount = amount
    }
}
