internal import Transactions

/// Settles what matched rules do, as they come: by tier from the highest, then by falling priority.
struct RuleTally {
    private var deciding: (tier: RuleTier, priority: Int)?
    /// Moves of each tier, by rank.
    private var moves = (0.0, 0.0, 0.0)
    private var sets: (Double?, Double?, Double?) = (nil, nil, nil)
    private var isMoved = false
    /// The highest rule that moved the score up, and the highest that moved it down.
    private var (raisedBy, loweredBy): (String?, String?) = (nil, nil)
    private let modelScore: Double

    init(modelScore: Double) { self.modelScore = modelScore }

    mutating func add(_ rule: Rule, to outcome: inout RuleOutcome) {
        switch rule.action {
        case .adjust(let amount):
            switch rule.tier {
            case .mandatory: moves.0 += amount
            case .override: moves.1 += amount
            case .advise: moves.2 += amount
            }
            note(rule, isRaise: amount > 0)
        case .set(let score):
            switch rule.tier {
            case .mandatory: sets.0 = sets.0 ?? score
            case .override: sets.1 = sets.1 ?? score
            case .advise: sets.2 = sets.2 ?? score
            }
            note(rule, isRaise: score > modelScore)
        case .force(let disposition) where rule.tier == .advise:
            guard disposition.strictness > outcome.advised?.strictness ?? -1 else { return }
            outcome.advised = disposition
            outcome.advisedBy = rule.id
        case .force(let disposition):
            // Rules come by falling rank, so a later one wins only on equal rank and greater strictness.
            if let deciding {
                guard deciding.tier == rule.tier, deciding.priority == rule.priority,
                    disposition.strictness > outcome.forced?.strictness ?? -1
                else { return }
            }
            outcome.forced = disposition
            outcome.decidedBy = rule.id
            deciding = (rule.tier, rule.priority)
        }
    }

    private mutating func note(_ rule: Rule, isRaise: Bool) {
        isMoved = true
        if isRaise { raisedBy = raisedBy ?? rule.id } else { loweredBy = loweredBy ?? rule.id }
    }

    /// Puts the moves of all tiers on the score, the lowest first, and names who moved it where it went.
    func settle(_ outcome: inout RuleOutcome) {
        guard isMoved else { return }
        outcome.score = movedScore
        outcome.movedBy = outcome.score > modelScore ? raisedBy : loweredBy
    }

    private var movedScore: Double {
        var score = modelScore
        for (set, move) in [(sets.2, moves.2), (sets.1, moves.1), (sets.0, moves.0)] {
            score = min(max((set ?? score) + move, 0), 1)
        }
        return score
    }
}
