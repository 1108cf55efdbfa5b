/// What a rule's condition came to on an event, and why.
public struct RuleExplanation: Hashable, Sendable, Codable {
    /// A part of the condition.
    public struct Part: Hashable, Sendable, Codable {
        public var expression: String
        public var value: String
        /// Levels below the condition itself.
        public var depth: Int
    }

    public var rule: String
    public var action: String
    /// `true`, `false`, or what went wrong.
    public var value: String
    /// The condition's parts as they stand in it, each before its own parts; constants are left out.
    public var parts: [Part]
}
