/// A named list of strings; conditions see it as `lists.NAME`.
public struct RuleList: Hashable, Sendable {
    /// Where the elements are kept.
    public enum Source: Hashable, Sendable {
        /// In the rule file itself.
        case inline
        /// In a file of one element a line; blank lines and those that begin with `#` do not count.
        case file(String)
        /// In `vigil.rule_lists`, under this name.
        case table(String)
    }

    public let name: String
    public let source: Source
    public let elements: [String]
}

/// Gives the elements of a list kept in a table.
public typealias RuleListTables = @Sendable (_ list: String) throws -> [String]
