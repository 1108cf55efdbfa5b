public import Transactions

/// What is simulated; the same settings give the same transactions on every machine.
public struct SimulationSettings: Hashable, Sendable {
    public var seed: UInt64
    public var users: Int
    public var days: Int
    /// Midnight of the first day; a Monday by default.
    public var start: EventTime
    /// How much fraud there is; 1 is about 0.8 % of the transactions.
    public var fraudScale: Double

    public init(
        seed: UInt64 = 1, users: Int = 1500, days: Int = 60,
        start: EventTime = EventTime(milliseconds: 1_767_571_200_000),
        fraudScale: Double = 1
    ) {
        self.seed = seed
        self.users = max(1, users)
        self.days = max(1, days)
        self.start = start
        self.fraudScale = max(0, fraudScale)
    }
}
