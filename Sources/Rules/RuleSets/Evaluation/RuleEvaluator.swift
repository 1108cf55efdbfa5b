internal import Sequences
public import Transactions

/// Evaluates a rule set. Owns its working memory: one evaluator a thread.
///
/// An event goes through it twice: `observe` takes it in and notes what is known of its user and entities before the
/// next event changes that; `evaluate` applies the rules once the model's score is known.
public final class RuleEvaluator {
    /// What one condition may cost, in the machine's units: far above any sensible rule, well below a millisecond.
    static let conditionBudget = 20_000

    public let rules: RuleSet
    /// For each rule that is not off, how often its condition failed at run time (a missing value, an overflow) and so
    /// did not match; in the order of `rules.rules`.
    public private(set) var errorCounts: [Int]

    let machine: Machine
    let feed: VelocityFeed
    let layout: AggregateLayout
    let entityReader = EntityAggregateReader()
    let views: [AggregateView]
    /// The entities of the event just observed, by their positions in the schema.
    let entities: ObservedEntities
    /// (aggregates) the windows as of the event just observed; nobody else's, so no access has to be checked.
    let aggregateValues: UnsafeMutableBufferPointer<AggregateValue>
    /// Facts noted by `observe`, in the order of a row.
    let observed: [FactBinding]
    private let direct: [FactBinding]
    /// Where each condition starts, apart from the rules so that those which do not match are not touched.
    private let starts: [Int]

    public init(_ rules: RuleSet) {
        self.rules = rules
        errorCounts = Array(repeating: 0, count: rules.compiled.count)
        machine = Machine(rules.program)
        feed = VelocityFeed(rules)
        layout = rules.velocities.layout
        aggregateValues = .allocate(capacity: rules.velocities.aggregates.count)
        aggregateValues.initialize(repeating: .nothing)
        starts = rules.compiled.map(\.start)
        views = rules.velocities.declared.map { AggregateView($0) }
        entities = ObservedEntities(rules)
        observed = rules.bindings.filter(\.source.isObserved)
        direct = rules.bindings.filter { !$0.source.isObserved }
    }

    deinit {
        aggregateValues.deinitialize()
        aggregateValues.deallocate()
    }

    /// All conditions that failed at run time.
    public var errorTotal: Int { errorCounts.reduce(0, +) }

    /// Applies every rule to an observed transaction.
    ///
    /// - Parameters:
    ///   - modelScore: the model's calibrated probability of fraud, 0...1.
    ///   - lastDecision: what was decided on the user's event before this one.
    ///   - row: what `observe` returned for the transaction.
    /// - Complexity: allocates only where a rule matches or a condition builds text or lists.
    public func evaluate(
        _ transaction: Transaction, modelScore: Double, lastDecision: Disposition?,
        observations: borrowing RuleObservations, row: Int
    ) -> RuleOutcome {
        setFacts(transaction, modelScore, lastDecision, observations, row)
        var outcome = RuleOutcome(score: modelScore)
        var tally = RuleTally()
        for index in starts.indices {
            switch machine.test(at: starts[index], budget: Self.conditionBudget) {
            case true?: match(rules.compiled[index], transaction, &tally, &outcome)
            case false?: continue
            case nil: errorCounts[index] += 1
            }
        }
        outcome.score = tally.score(from: modelScore)
        return outcome
    }

    func setFacts(
        _ transaction: Transaction, _ modelScore: Double, _ lastDecision: Disposition?,
        _ observations: borrowing RuleObservations, _ row: Int
    ) {
        for index in direct.indices {
            let binding = direct[index]
            switch binding.source {
            case .score: machine.setFact(binding.slot, to: .double(modelScore))
            case .lastDecision:
                machine.setFact(binding.slot, to: lastDecision.map { .string($0.rawValue) } ?? .failure(.absent))
            default: machine.setFact(binding.slot, to: binding.source.value(in: transaction))
            }
        }
        for offset in observed.indices {
            machine.setFact(observed[offset].slot, to: observations.values[row + offset])
        }
    }

    private func match(
        _ compiled: CompiledRule, _ transaction: Transaction, _ tally: inout RuleTally, _ outcome: inout RuleOutcome
    ) {
        let rule = compiled.rule
        var state = rule.state == .shadow ? RuleHit.State.shadow : .active
        if compiled.isConditional {
            guard rules.applies(rule, to: transaction) else { return }
            if state == .active, rules.isSnoozed(rule, for: transaction) { state = .snoozed }
        }
        outcome.hits.append(
            RuleHit(rule: rule.id, action: compiled.action, reason: reason(compiled.reason), state: state))
        if state == .active { tally.add(rule, to: &outcome) }
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

extension FactSource {
    var isObserved: Bool {
        if case .observed = self { true } else { false }
    }
}
