internal import Transactions

/// Settles what matched rules do, as they come: by tier from the highest, then by falling priority.
struct RuleTally {
    private var deciding: (tier: RuleTier, priority: Int)?
    /// Moves of each tier, by rank.
    private var moves = (0.0, 0.0, 0.0)
    private var sets: (Double?, Double?, Double?) = (nil, nil, nil)
    private var isMoved = false

    mutating func add(_ rule: Rule, to outcome: inout RuleOutcome) {
        switch rule.action {
        case .adjust(let amount):
            switch rule.tier {
            case .mandatory: moves.0 += amount
            case .override: moves.1 += amount
            case .advise: moves.2 += amount
            }
            note(rule, &outcome)
        case .set(let score):
            switch rule.tier {
            case .mandatory: sets.0 = sets.0 ?? score
            case .override: sets.1 = sets.1 ?? score
            case .advise: sets.2 = sets.2 ?? score
            }
            note(rule, &outcome)
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

    private mutating func note(_ rule: Rule, _ outcome: inout RuleOutcome) {
        isMoved = true
        if outcome.movedBy == nil { outcome.movedBy = rule.id }
    }

    /// The score after the moves of all tiers, the lowest first.
    func score(from modelScore: Double) -> Double {
        guard isMoved else { return modelScore }
        var score = modelScore
        for (set, move) in [(sets.2, moves.2), (sets.1, moves.1), (sets.0, moves.0)] {
            score = min(max((set ?? score) + move, 0), 1)
        }
        return score
    }
}
