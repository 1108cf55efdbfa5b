/// Everything wrong with a rule file, in the order it stands there.
public struct RuleSetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    public let diagnostics: [RuleDiagnostic]
    /// Where the file's lists are kept: what is wrong may be mended there.
    public var lists: [RuleList.Source] = []

    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
