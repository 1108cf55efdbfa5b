internal import Sequences
internal import Transactions

/// The facts of the event under evaluation: numbers for tests at once, values for the machine when a rule asks for them.
struct EventFacts {
    /// Where a number that tests read comes from.
    private enum NumberSource {
        case amount
        case feature(Int)
        case score
        /// Its place in the observed row.
        case observed(Int)
    }

    /// The facts that tests read, by their slots.
    private let tested: [(slot: Int, source: NumberSource)]
    /// By slot: where facts come from, and where they stand in an observed row.
    private let sources: [FactSource]
    private let offsets: [Int]
    /// The slots that the machine has been given their facts of.
    private var isLoaded: [Bool]
    private let entities: ObservedEntities
    /// Nil where no aggregate is kept of entities: its memory is not small.
    private let entityReader: EntityAggregateReader?
    private let views: [AggregateView]
    private let aggregates: [CompiledAggregate]
    private var texts: [String] = []
    private var modelScore = 0.0
    private var lastDecision: Disposition?
    private var row = RuleObservations.Row.none

    /// - Parameter tested: the slots of the facts that tests read.
    init(_ rules: RuleSet, _ views: [AggregateView], tested: Set<Int>) {
        entities = ObservedEntities(rules)
        self.views = views
        aggregates = rules.velocities.aggregates
        entityReader = aggregates.contains { $0.entity != nil } ? EntityAggregateReader() : nil
        var sources = [FactSource](repeating: .score, count: rules.names.factCount)
        var offsets = Array(repeating: 0, count: sources.count)
        isLoaded = Array(repeating: false, count: sources.count)
        var offset = 0
        for binding in rules.bindings {
            sources[binding.slot] = binding.source
            guard binding.source.isObserved else { continue }
            offsets[binding.slot] = offset
            offset += 1
        }
        (self.sources, self.offsets) = (sources, offsets)
        self.tested = tested.sorted().compactMap { slot in
            switch sources[slot] {
            case .amount: (slot, .amount)
            case .feature(let index): (slot, .feature(index))
            case .score: (slot, .score)
            case .observed: (slot, .observed(offsets[slot]))
            default: nil
            }
        }
    }

    /// - Parameter numbers: by slot; those that tests read are put there, NaN where there is none.
    mutating func begin(
        _ transaction: Transaction, _ modelScore: Double, _ lastDecision: Disposition?,
        _ observations: borrowing RuleObservations, _ row: RuleObservations.Row,
        numbers: UnsafeMutableBufferPointer<Double>
    ) {
        (self.modelScore, self.lastDecision, self.row) = (modelScore, lastDecision, row)
        isLoaded.withUnsafeMutableBufferPointer { $0.update(repeating: false) }
        entities.begin()
        tested.withUnsafeBufferPointer { tested in
            observations.withRow(at: row.values) { row in
                for fact in tested {
                    numbers[fact.slot] =
                        switch fact.source {
                        case .amount: transaction.amount
                        case .feature(let index): FactSource.feature(index).number(in: transaction)
                        case .score: modelScore
                        case .observed(let offset): row[offset].testNumber
                        }
                }
            }
        }
    }

    /// Gives the machine a fact that an expression reads, unless it has it.
    @inline(__always)
    mutating func load(
        _ slot: Int, _ transaction: Transaction, _ observations: borrowing RuleObservations,
        _ ledger: EntityLedger, into machine: Machine
    ) {
        guard !isLoaded[slot] else { return }
        isLoaded[slot] = true
        machine.setFact(slot, to: value(slot, transaction, observations, ledger))
    }

    mutating func value(
        _ slot: Int, _ transaction: Transaction, _ observations: borrowing RuleObservations, _ ledger: EntityLedger
    ) -> Value {
        switch sources[slot] {
        case .score: .double(modelScore)
        case .lastDecision: lastDecision.map { .string($0.rawValue) } ?? .failure(.absent)
        case .observed: observations.value(at: row.values + offsets[slot])
        case .risk(let entity, let figure):
            entities.value(of: figure, of: entity, transaction, observations, row, ledger)
        case .entityVelocity(let index): velocity(index, transaction, ledger)
        case let source: source.value(in: transaction)
        }
    }

    private mutating func velocity(_ index: Int, _ transaction: Transaction, _ ledger: EntityLedger) -> Value {
        let aggregate = aggregates[views[index].aggregate]
        texts.removeAll(keepingCapacity: true)
        let state =
            entityReader?.read(
                aggregate.specification, entity: aggregate.entity.flatMap { entities.hash(of: $0, transaction) },
                at: row.time, ledger, texts: &texts) ?? .nothing
        return views[index].value(state, at: row.time).value(texts)
    }
}

extension FactSource {
    var isObserved: Bool {
        if case .observed = self { true } else { false }
    }
}
