/// Where the rules in force come from; both are followed while the service runs.
public enum RuleOrigin: Hashable, Sendable {
    /// A rule file.
    case file(String)
    /// The newest sound row of `vigil.rule_sets` with this name.
    case table(String)
}
