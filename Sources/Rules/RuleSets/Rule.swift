/// One rule as its author wrote it.
public struct Rule: Hashable, Sendable {
    /// Unique in its set.
    public let id: String
    public let description: String?
    /// The condition's text, in the expression language.
    public let condition: String
    public let action: RuleAction
    /// Higher goes first; equal ones go by their order in the file.
    public let priority: Int
    /// The reason's template: text with expressions in braces.
    public let reason: String
    /// Where the rule begins in its file, from one.
    public let line: Int
}
