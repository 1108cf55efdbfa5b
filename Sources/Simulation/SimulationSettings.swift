public import Transactions

/// What a simulation is made up from; the same settings give the same transactions.
public struct SimulationSettings: Hashable, Sendable {
    public var seed: UInt64 = 1
    /// How many users; none or fewer give no transactions.
    public var users = 1500
    public var days = 60
    /// The first midnight; 2024-01-01 in UTC.
    public var start = EventTime(milliseconds: 1_704_067_200_000)
    /// One shop terminal for so many users.
    public var usersPerTerminal = 5

    /// Terminals compromised for days, per terminal and day.
    public var compromisedTerminals = 0.0009
    /// Cards stolen and used up within hours, per user and day.
    public var stolenCards = 0.0007
    /// Accounts taken over for days, per user and day.
    public var accountTakeovers = 0.00045
    /// Cards tried with tiny amounts before a large one, per user and day.
    public var cardTests = 0.0006

    /// Journeys to another city, per user and day.
    public var trips = 0.004
    /// Genuine changes of device, per user and day.
    public var newDevices = 0.002
    /// The share of genuine purchases that are several times larger than usual.
    public var largePurchases = 0.006
    /// The share of genuine transactions that are refunds.
    public var refunds = 0.006

    public init() {}
}
