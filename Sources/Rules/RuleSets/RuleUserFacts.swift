/// What rules see of the user beyond this transaction.
public struct RuleUserFacts: Hashable, Sendable {
    /// Transactions of the user before this one.
    public var eventsSeen: Int
    /// Nil for a user's first transaction.
    public var secondsSinceLast: Double?

    public init(eventsSeen: Int, secondsSinceLast: Double?) {
        self.eventsSeen = eventsSeen
        self.secondsSinceLast = secondsSinceLast
    }
}
