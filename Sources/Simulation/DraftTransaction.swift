/// A transaction before it is put in order, named and numbered.
struct DraftTransaction: Hashable, Sendable {
    /// The index of the user.
    var user: Int
    /// Since the start of the simulation.
    var milliseconds: Int64
    var amount: Double
    /// The index of the terminal.
    var terminal: Int
    var channel: PaymentChannel
    /// Nil where the channel carries none.
    var device: UInt64?
    /// Nil where it is genuine.
    var scenario: FraudScenario?
}
