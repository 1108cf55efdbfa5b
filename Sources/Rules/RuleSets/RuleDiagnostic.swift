/// One thing wrong with a rule file, and where.
public struct RuleDiagnostic: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From one; one where the file could not be read at all.
    public let line: Int
    /// From one, in code points.
    public let column: Int
    /// The rule it concerns, if it is known.
    public let rule: String?
    /// The field of the rule it concerns.
    public let field: String?
    /// What is wrong and what was expected.
    public let message: String
    /// The offending line with carets under what is wrong.
    public let excerpt: String

    /// `file:line:column: rule 'id', field 'when': message`, then the excerpt.
    public var description: String {
        let place = [rule.map { "rule '\($0)'" }, field.map { "field '\($0)'" }].compactMap(\.self).joined(
            separator: ", ")
        let head = "\(file):\(line):\(column): \(place.isEmpty ? "" : place + ": ")\(message)"
        guard !excerpt.isEmpty else { return head }
        return head + "\n"
            + excerpt.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
            .joined(separator: "\n")
    }
}
