public import Sequences
public import Transactions

/// Evaluates a rule set. Owns its working memory: one evaluator a thread.
///
/// An event goes through it twice: `observe` takes it in and notes what is known of its user before the next event
/// changes that; `evaluate` applies the rules once the model's score is known.
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
    var clock: BucketClock
    let steps: [AggregateStep]
    let views: [AggregateView]
    /// (aggregates) of last values, what was seen before the event just observed; nobody else's, so no access has to be
    /// checked.
    let lastValues: UnsafeMutableBufferPointer<AggregateValue>
    /// Facts noted by `observe`, in the order of a row.
    let observed: [ObservedFact]
    var facts: EventFacts
    /// Of all rules, apart from these so that those which do not match are not touched.
    private let conditions: ConditionTable
    /// What their tests read, as the table lays it out.
    let numbers: UnsafeMutableBufferPointer<Double>
    private let candidates: UnsafeMutableBufferPointer<ConditionTable.Candidate>

    public init(_ rules: RuleSet) {
        self.rules = rules
        errorCounts = Array(repeating: 0, count: rules.compiled.count)
        machine = Machine(rules.program)
        feed = VelocityFeed(rules)
        layout = rules.velocities.layout
        let aggregates = rules.velocities.aggregates
        lastValues = .allocate(capacity: aggregates.count)
        lastValues.initialize(repeating: .nothing)
        var clock = BucketClock()
        steps = aggregates.indices.filter { aggregates[$0].entity == nil }.map {
            AggregateStep($0, aggregates[$0], &clock)
        }
        self.clock = clock
        views = rules.velocities.declared.map { AggregateView($0, of: aggregates[$0.aggregate]) }
        observed = rules.bindings.compactMap { if case .observed(let fact) = $0.source { fact } else { nil } }
        var conditions = ConditionTable(factCount: rules.names.factCount)
        for rule in rules.compiled { conditions.append(rule.condition) }
        self.conditions = conditions
        candidates = .allocate(capacity: rules.compiled.count)
        numbers = .allocate(capacity: conditions.numbers.count)
        _ = numbers.initialize(from: conditions.numbers)
        facts = EventFacts(rules, views, tested: conditions.testedFacts)
    }

    deinit {
        lastValues.deinitialize()
        lastValues.deallocate()
        numbers.deallocate()
        candidates.deallocate()
    }

    /// All conditions that failed at run time.
    public var errorTotal: Int { errorCounts.reduce(0, +) }

    /// Applies every rule to an observed transaction.
    ///
    /// - Parameters:
    ///   - modelScore: the model's calibrated probability of fraud, 0...1.
    ///   - lastDecision: what was decided on the user's event before this one.
    ///   - row: what `observe` returned for the transaction.
    ///   - ledger: what is known of entities, as of the batch's beginning; read where a rule comes to ask for it.
    /// - Complexity: allocates only where a rule matches or a condition builds text or lists.
    public func evaluate(
        _ transaction: Transaction, modelScore: Double, lastDecision: Disposition?,
        observations: borrowing RuleObservations, row: RuleObservations.Row, ledger: EntityLedger
    ) -> RuleOutcome {
        facts.begin(transaction, modelScore, lastDecision, observations, row, numbers: numbers)
        var outcome = RuleOutcome(score: modelScore)
        var tally = RuleTally(modelScore: modelScore)
        for place in 0..<conditions.select(numbers, into: candidates) {
            let candidate = candidates[place]
            let index = candidate.index
            let verdict = conditions.verdict(candidate, numbers) {
                facts.value($0, transaction, observations, ledger)
            }
            switch verdict ?? run(index, transaction, observations, ledger) {
            case false?: continue
            case true?: match(rules.compiled[index], transaction, observations, ledger, &tally, &outcome)
            case nil: errorCounts[index] += 1
            }
        }
        tally.settle(&outcome)
        return outcome
    }

    /// Runs a condition; nil where it fails.
    private func run(
        _ index: Int, _ transaction: Transaction, _ observations: borrowing RuleObservations, _ ledger: EntityLedger
    ) -> Bool? {
        for place in conditions.entries[index].facts {
            facts.load(conditions.facts[place], transaction, observations, ledger, into: machine)
        }
        return machine.test(at: conditions.entries[index].start, budget: Self.conditionBudget)
    }

    private func match(
        _ compiled: CompiledRule, _ transaction: Transaction, _ observations: borrowing RuleObservations,
        _ ledger: EntityLedger, _ tally: inout RuleTally, _ outcome: inout RuleOutcome
    ) {
        let rule = compiled.rule
        var state = rule.state == .shadow ? RuleHit.State.shadow : .active
        if compiled.isConditional {
            guard rules.applies(rule, to: transaction) else { return }
            if state == .active, rules.isSnoozed(rule, for: transaction) { state = .snoozed }
        }
        let reason = reason(compiled.reason, transaction, observations, ledger)
        outcome.hits.append(RuleHit(rule: rule.id, action: compiled.action, reason: reason, state: state))
        if state == .active { tally.add(rule, to: &outcome) }
    }

    private func reason(
        _ template: ReasonTemplate, _ transaction: Transaction, _ observations: borrowing RuleObservations,
        _ ledger: EntityLedger
    ) -> String {
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression):
                for slot in expression.facts { facts.load(slot, transaction, observations, ledger, into: machine) }
                text += ReasonTemplate.text(of: machine.run(at: expression.start, budget: Self.conditionBudget))
            }
        }
        return text
    }
}
