/// Everything wrong with a rule file, in the order it stands there.
public struct RuleSetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    public let diagnostics: [RuleDiagnostic]

    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
