public import Rules
public import Scoring
internal import Sequences

/// A model with the rules and thresholds it enters a replay with.
public struct ReplayEntrant: Sendable {
    /// `champion`, or what the report is to call it.
    public var name: String
    public var model: Model
    public var rules: RuleSet
    /// nil: the model's own threshold, no decline by score.
    public var thresholds: Thresholds?

    public init(name: String, model: Model, rules: RuleSet? = nil, thresholds: Thresholds? = nil) {
        self.name = name
        self.model = model
        self.rules = rules ?? .empty(schema: model.encoder.schema)
        self.thresholds = thresholds
    }
}
