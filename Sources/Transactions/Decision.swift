/// What is to happen with a transaction.
public enum Disposition: String, Hashable, Sendable, Codable, CaseIterable {
    case allow
    case review
    case decline
}

/// A rule that matched.
public struct RuleHit: Hashable, Sendable, Codable {
    public var rule: String
    /// What the rule asked for: `allow`, `review`, `decline` or `score +0.2`.
    public var action: String
    /// The rule's reason, for an analyst to read.
    public var reason: String

    public init(rule: String, action: String, reason: String) {
        self.rule = rule
        self.action = action
        self.reason = reason
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
    /// The score after `score ±x` rules; equal to `modelScore` where none matched.
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
