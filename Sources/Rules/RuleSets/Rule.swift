public import Transactions

/// One rule as its author wrote it.
public struct Rule: Hashable, Sendable {
    /// Unique in its set.
    public let id: String
    public let description: String?
    /// The condition's text, in the expression language.
    public let condition: String
    public let action: RuleAction
    /// Rules of a higher tier stand above those of a lower one, whatever the priority.
    public let tier: RuleTier
    /// Higher goes first; equal ones go by their order in the file.
    public let priority: Int
    /// The reason's template: text with expressions in braces.
    public let reason: String
    /// Who answers for the rule.
    public let owner: String?
    /// From this event time on the rule no longer matches.
    public let expires: EventTime?
    public let state: RuleState
    /// The share of users that the rule is for, 0...1; always the same ones.
    public let sample: Double
    /// Where the rule begins in its file, from one.
    public let line: Int
}

/// How binding a rule is.
public enum RuleTier: String, Hashable, Sendable, CaseIterable {
    /// Nothing overrides it.
    case mandatory
    /// Overrides the score, and advice.
    case override
    /// Makes a decision stricter than the score's, never milder.
    case advise

    /// 0 for the highest.
    var rank: Int {
        switch self {
        case .mandatory: 0
        case .override: 1
        case .advise: 2
        }
    }
}

/// What becomes of a rule's matches.
public enum RuleState: String, Hashable, Sendable, CaseIterable {
    case active
    /// Evaluated and stored, never acted on.
    case shadow
    /// Checked when the file is read, not evaluated.
    case off
}
