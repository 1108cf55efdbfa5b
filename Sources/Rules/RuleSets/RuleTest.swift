public import Transactions

/// A fixture of a rule set: events in their order, and what is expected of them.
public struct RuleTest: Hashable, Sendable {
    /// What an event must come to; nil fields are not looked at.
    public struct Expectation: Hashable, Sendable {
        public var decision: Disposition?
        /// The rules that match and act, in any order.
        public var hits: Set<String>?
        /// Rules in shadow that match.
        public var shadow: Set<String>?
        public var decidedBy: String?
        public var score: Double?
    }

    public struct Event: Hashable, Sendable {
        public var transaction: Transaction
        /// What the model is taken to say.
        public var modelScore: Double
        public var expectation: Expectation?
        /// Where the event stands in the file, from one.
        public var line: Int
    }

    public let name: String
    public let events: [Event]
    /// Scores from which the score alone asks for a review, and for declining.
    public let review: Double
    public let decline: Double?
    /// Where the test stands in the file, from one.
    public let line: Int
}
