public import Transactions

/// Evaluates a rule set. Owns its working memory: one evaluator a thread.
public final class RuleEvaluator {
    /// What one condition may cost, in the machine's units: far above any sensible rule, well below a millisecond.
    static let conditionBudget = 20_000

    public let rules: RuleSet
    /// For each of `rules.rules`, how often its condition failed at run time (a missing value, an overflow) and so did not match.
    public private(set) var errorCounts: [Int]
    private let machine: Machine
    /// Where each condition starts, apart from the rules so that those which do not match are not touched.
    private let starts: [Int]

    public init(_ rules: RuleSet) {
        self.rules = rules
        errorCounts = Array(repeating: 0, count: rules.compiled.count)
        machine = Machine(rules.program)
        starts = rules.compiled.map(\.start)
    }

    /// All conditions that failed at run time.
    public var errorTotal: Int { errorCounts.reduce(0, +) }

    /// Applies every rule to one transaction; see `RuleOutcome` for the order of conflicts.
    ///
    /// - Parameters:
    ///   - modelScore: the model's calibrated probability of fraud, 0...1.
    ///   - facts: values of the facts declared when the set was loaded, in that order; missing ones are absent.
    /// - Complexity: allocates only where a rule matches or a condition builds text or lists.
    public func evaluate(
        _ transaction: Transaction, modelScore: Double, user: RuleUserFacts, facts: [RuleFactValue] = []
    ) -> RuleOutcome {
        for binding in rules.bindings {
            machine.setFact(binding.slot, to: binding.value(transaction, modelScore, user, facts))
        }
        var outcome = RuleOutcome(score: modelScore)
        var adjustment = 0.0
        var decidingPriority = Int.min
        for index in starts.indices {
            switch machine.run(at: starts[index], budget: Self.conditionBudget) {
            case .bool(true): break
            case .bool(false): continue
            default:
                errorCounts[index] += 1
                continue
            }
            let compiled = rules.compiled[index]
            let rule = compiled.rule
            outcome.hits.append(RuleHit(rule: rule.id, action: compiled.action, reason: reason(compiled.reason)))
            switch rule.action {
            case .adjust(let amount):
                adjustment += amount
                if outcome.adjustedBy == nil { outcome.adjustedBy = rule.id }
            case .force(let disposition):
                // Rules come by falling priority, so a later one wins only on equal priority and greater strictness.
                let isStricter = outcome.forced.map { disposition.strictness > $0.strictness } ?? true
                guard outcome.forced == nil || (rule.priority == decidingPriority && isStricter) else { continue }
                outcome.forced = disposition
                outcome.decidedBy = rule.id
                decidingPriority = rule.priority
            }
        }
        outcome.score = min(max(modelScore + adjustment, 0), 1)
        return outcome
    }

    private func reason(_ template: ReasonTemplate) -> String {
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let start):
                text += ReasonTemplate.text(of: machine.run(at: start, budget: Self.conditionBudget))
            }
        }
        return text
    }
}

extension Disposition {
    fileprivate var strictness: Int {
        switch self {
        case .allow: 0
        case .review: 1
        case .decline: 2
        }
    }
}
