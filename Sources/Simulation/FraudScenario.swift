/// How a simulated fraud came about.
public enum FraudScenario: String, Hashable, Sendable, CaseIterable {
    /// A terminal gives genuine-looking transactions that their users disown; only its label history tells.
    case compromisedTerminal = "compromised_terminal"
    /// Many purchases within hours, in other categories and for other amounts than the user's.
    case stolenCard = "stolen_card"
    /// Online purchases from a device that the user never had.
    case accountTakeover = "account_takeover"
    /// Small amounts that test a card, then large ones.
    case cardTesting = "card_testing"
    /// A single purchase like the user's own; nothing gives it away.
    case quiet
}
