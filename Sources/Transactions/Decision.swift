/// What is to happen with a transaction.
public enum Disposition: String, Hashable, Sendable, BitwiseCopyable, Codable, CodingKeyRepresentable, CaseIterable {
    case allow
    case review
    case decline
}

/// A rule that matched.
public struct RuleHit: Hashable, Sendable {
    /// What became of the match.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case active
        /// Evaluated and stored only.
        case shadow
        /// Set aside for this user or entity for a while.
        case snoozed
        /// What it made of the transaction was held to review by a circuit breaker.
        case held
    }

    public var rule: String
    /// What the rule asked for: `allow`, `review`, `decline`, `raise 0.2`, `lower 0.2` or `set 0.9`.
    public var action: String
    /// The rule's reason, for an analyst to read.
    public var reason: String
    public var state: State
    /// What would have been decided, where the state is `held`.
    public var held: Disposition?

    public init(rule: String, action: String, reason: String, state: State = .active, held: Disposition? = nil) {
        self.rule = rule
        self.action = action
        self.reason = reason
        self.state = state
        self.held = held
    }
}

extension RuleHit: Codable {
    private enum CodingKeys: String, CodingKey {
        case rule, action, reason, state, held
    }

    /// Reads a hit; one without a state is active.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            rule: try values.decode(String.self, forKey: .rule),
            action: try values.decode(String.self, forKey: .action),
            reason: try values.decode(String.self, forKey: .reason),
            state: try values.decodeIfPresent(State.self, forKey: .state) ?? .active,
            held: try values.decodeIfPresent(Disposition.self, forKey: .held))
    }

    /// Writes a hit; an active one without its state.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(rule, forKey: .rule)
        try values.encode(action, forKey: .action)
        try values.encode(reason, forKey: .reason)
        if state != .active { try values.encode(state, forKey: .state) }
        try values.encodeIfPresent(held, forKey: .held)
    }
}

/// One feature's part in a model score.
public struct Reason: Hashable, Sendable, Codable {
    /// The feature's name, such as `amount` or `terminal.fraud_share_7d`.
    public var feature: String
    /// The feature's value in the units an analyst knows it in.
    public var value: String
    /// How far the score falls, in log-odds, when this feature is put at its usual value.
    public var contribution: Float

    public init(feature: String, value: String, contribution: Float) {
        self.feature = feature
        self.value = value
        self.contribution = contribution
    }
}

/// The outcome for one transaction.
public struct Decision: Hashable, Sendable {
    public var disposition: Disposition
    /// The calibrated probability of fraud that the model gave, before any rule.
    public var modelScore: Float
    /// The score after the rules that move it; equal to `modelScore` where none matched.
    public var score: Float
    /// The rule that decided, or nil where the score alone did.
    public var decidedBy: String?
    public var hits: [RuleHit]
    /// Why the model scored as it did; filled for review and decline only.
    public var reasons: [Reason]

    public init(
        disposition: Disposition, modelScore: Float, score: Float, decidedBy: String? = nil, hits: [RuleHit] = [],
        reasons: [Reason] = []
    ) {
        self.disposition = disposition
        self.modelScore = modelScore
        self.score = score
        self.decidedBy = decidedBy
        self.hits = hits
        self.reasons = reasons
    }
}
