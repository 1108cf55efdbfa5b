/// How a fraud came about.
enum FraudScenario: Hashable, Sendable, CaseIterable {
    /// Many transactions at one terminal are fraud, for days and across users.
    case compromisedTerminal
    /// A few hours of large purchases far away.
    case stolenCard
    /// Days of purchases on the internet from a device the user never had.
    case accountTakeover
    /// Several tiny payments, then a large one.
    case cardTesting
}
