/// Whose decisions a figure is about.
public enum DecisionView: Hashable, Sendable, CustomStringConvertible {
    /// The decisions as taken, model and rules together.
    case all
    /// What the model's score alone would have decided.
    case model
    /// What the rules alone would have decided, every score below the thresholds.
    case rules
    /// What the model alone and the rules alone would both have flagged.
    case both
    /// What one rule matched, whatever it asked for; its index in the rule set.
    case rule(Int)

    public var description: String {
        switch self {
        case .all: "all"
        case .model: "model"
        case .rules: "rules"
        case .both: "both"
        case .rule(let index): "rule \(index)"
        }
    }
}
