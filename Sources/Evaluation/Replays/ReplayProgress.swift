public import Transactions

/// How far a replay is.
public struct ReplayProgress: Sendable {
    /// Transactions and labels taken in.
    public var events: Int
    /// How many there are, where that is known.
    public var expectedEvents: Int?
    /// The event time reached.
    public var time: EventTime
}
