/// What became known of one transaction, as one of its entities remembers it.
public struct EntityLabel: Hashable, Sendable {
    /// `StableHash.entity` of the entity.
    public var entity: UInt64
    /// When the label became known, in milliseconds since the Unix epoch.
    public var knownAt: Int64
    public var fraud: Bool

    public init(entity: UInt64, knownAt: Int64, fraud: Bool) {
        self.entity = entity
        self.knownAt = knownAt
        self.fraud = fraud
    }
}
