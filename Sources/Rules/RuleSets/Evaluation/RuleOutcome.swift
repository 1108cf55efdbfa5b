public import Transactions

/// What the rules make of one transaction.
///
/// Every condition sees the model's own score. Tiers move the score from the lowest to the highest: within a tier the
/// first `set` puts it, then all `raise` and `lower` are added, and the result is held within 0...1. Then the first
/// `allow`, `review` or `decline` of the highest tier and priority decides; on equal priority the strictest does:
/// decline before review before allow. Advice decides only where it is stricter than the score.
public struct RuleOutcome: Hashable, Sendable {
    /// The model's score after every matched move, 0...1.
    public var score: Double
    /// What the deciding mandatory or override rule says; nil where there is none.
    public var forced: Disposition?
    /// The rule that `forced` is from.
    public var decidedBy: String?
    /// The strictest advice.
    public var advised: Disposition?
    /// The rule that `advised` is from.
    public var advisedBy: String?
    /// The highest rule that moved the score to the side on which it ended.
    public var movedBy: String?
    /// Every matched rule in order of evaluation, shadow and snoozed ones too.
    public var hits: [RuleHit]

    public init(score: Double, hits: [RuleHit] = []) {
        self.score = score
        self.hits = hits
    }

    /// The decision and the rule that made it; nil where the score alone did.
    ///
    /// - Parameter byScore: what the thresholds make of a score.
    public func decision(
        modelScore: Double, byScore: (Double) -> Disposition
    ) -> (disposition: Disposition, decidedBy: String?) {
        if let forced { return (forced, decidedBy) }
        let scored = byScore(score)
        if let advised, advised.strictness > scored.strictness { return (advised, advisedBy) }
        return (scored, scored == byScore(modelScore) ? nil : movedBy)
    }
}

extension RuleOutcome {
    /// What matched rules come to; for asking what would have been decided with other ones.
    ///
    /// - Parameter matched: those that act, in order of evaluation (`RuleSet.rules`).
    public static func settled(_ matched: some Sequence<Rule>, modelScore: Double) -> RuleOutcome {
        var outcome = RuleOutcome(score: modelScore)
        var tally = RuleTally(modelScore: modelScore)
        for rule in matched { tally.add(rule, to: &outcome) }
        tally.settle(&outcome)
        return outcome
    }
}

extension Disposition {
    var strictness: Int {
        switch self {
        case .allow: 0
        case .review: 1
        case .decline: 2
        }
    }
}
