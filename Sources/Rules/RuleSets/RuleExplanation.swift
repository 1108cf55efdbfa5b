/// What a rule's condition came to on an event, and why.
public struct RuleExplanation: Hashable, Sendable, Codable {
    /// A part of the condition.
    public struct Part: Hashable, Sendable, Codable {
        public var expression: String
        public var value: String
        /// Levels below the condition itself.
        public var depth: Int
    }

    /// What keeps a rule's match from acting on an event.
    public enum SetAside: String, Hashable, Sendable, Codable {
        case off
        case expired
        /// The user is not in the rule's sample.
        case notSampled = "not_sampled"
        case shadow
        /// For the event's user, or one of its entities.
        case snoozed
    }

    public var rule: String
    public var action: String
    /// `true`, `false`, or what went wrong.
    public var value: String
    /// Empty where a match acts.
    public var setAside: [SetAside]
    /// The condition's parts as they stand in it, each before its own parts; constants are left out.
    public var parts: [Part]
}
