internal import Transactions

/// Settles what matched rules do, as they come: by tier from the highest, then by falling priority.
struct RuleTally {
    private var deciding: (tier: RuleTier, priority: Int)?
    /// Moves of each tier, by rank.
    private var moves = (0.0, 0.0, 0.0)
    /// The first `set` of the highest tier that has one: it puts aside what lower tiers move.
    private var set: (tier: RuleTier, score: Double)?
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
            guard set == nil else { return }
            set = (rule.tier, score)
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
        guard set.map({ $0.tier == rule.tier }) ?? true else { return }
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
        for (tier, move) in [(RuleTier.advise, moves.2), (.override, moves.1), (.mandatory, moves.0)] {
            if let set, set.tier == tier { score = set.score }
            score = min(max(score + move, 0), 1)
        }
        return score
    }
}
