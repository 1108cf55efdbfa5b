/// A transaction before it has its place in the order of time.
struct Purchase {
    var user: Int
    /// Seconds since the simulation's start.
    var second: Int
    var amount: Double
    /// An index into the world's terminals.
    var terminal: Int
    var channel: String
    var device: String?
    /// From the user's home.
    var kilometres: Double
    var fraud: FraudScenario?
}
