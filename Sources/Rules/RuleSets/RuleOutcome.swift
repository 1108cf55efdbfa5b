public import Transactions

/// What the rules make of one transaction.
///
/// Every condition sees the model's own score. Then the matched `score ±x` rules are summed and the result held within
/// 0...1; then the matched `allow`, `review` or `decline` rule of highest priority decides. On equal priority the
/// stricter one does: decline before review before allow.
public struct RuleOutcome: Hashable, Sendable {
    /// The model's score with every matched adjustment, 0...1.
    public var score: Double
    /// What the deciding rule says, or nil where the score is to decide.
    public var forced: Disposition?
    /// The deciding rule.
    public var decidedBy: String?
    /// The first matched rule that moved the score.
    public var adjustedBy: String?
    /// Every matched rule in order of evaluation.
    public var hits: [RuleHit]

    public init(
        score: Double, forced: Disposition? = nil, decidedBy: String? = nil, adjustedBy: String? = nil,
        hits: [RuleHit] = []
    ) {
        self.score = score
        self.forced = forced
        self.decidedBy = decidedBy
        self.adjustedBy = adjustedBy
        self.hits = hits
    }
}
