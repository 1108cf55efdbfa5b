internal import Sequences
internal import Transactions

/// The entities of one event: what is known of their risk, and their hashes, each once a rule asks for it.
final class ObservedEntities {
    private struct Slot {
        var hash: UInt64?
        var isHashed = false
    }

    /// Nil for those that no rule reads.
    private let kinds: [StableHash.Kind?]
    /// Where each stands among the risks of an event.
    private let riskPlaces: [Int]
    private let slots: UnsafeMutablePointer<Slot>

    init(_ rules: RuleSet) {
        var read = Set(rules.velocities.aggregates.compactMap(\.entity))
        for binding in rules.bindings {
            if case .risk(let entity, _) = binding.source { read.insert(entity) }
        }
        kinds = rules.entityNames.enumerated().map { read.contains($0.offset) ? StableHash.Kind($0.element) : nil }
        riskPlaces = rules.schema.entities.indices.map { rules.schema.entities[..<$0].count(where: \.risk) }
        slots = .allocate(capacity: max(1, kinds.count))
        slots.initialize(repeating: Slot(), count: max(1, kinds.count))
    }

    deinit { slots.deallocate() }

    /// Forgets the last event.
    func begin() {
        for index in kinds.indices { slots[index].isHashed = false }
    }

    /// Nil where the event does not name the entity.
    func hash(of entity: Int, _ transaction: Transaction) -> UInt64? {
        guard !slots[entity].isHashed else { return slots[entity].hash }
        let key = entity < transaction.entities.count ? transaction.entities[entity] : nil
        slots[entity].hash = kinds[entity].flatMap { kind in key.map(kind.entity) }
        slots[entity].isHashed = true
        return slots[entity].hash
    }

    /// What conditions see of a figure; absent where the event does not name the entity.
    func value(
        of figure: EntityFigure, of entity: Int, _ transaction: Transaction,
        _ observations: borrowing RuleObservations, _ row: RuleObservations.Row, _ ledger: EntityLedger
    ) -> Value {
        guard let risk = observations.risks[row.risks + riskPlaces[entity]] else { return .failure(.absent) }
        switch figure {
        case .count(let window):
            // The risk holds the same counts of the shorter windows, as floats: exact below 2^24.
            if window < 2, risk.recent[window] < 0x1p24 { return .int(Int64(risk.recent[window])) }
            guard let hash = hash(of: entity, transaction) else { return .failure(.absent) }
            return .int(ledger.transactionCount(of: hash, days: EntityFigure.days[window], at: row.time))
        case .frauds(let window): return .int(Int64(risk.frauds[window]))
        case .fraudShare(let window):
            let share = risk.fraudShare(window)
            return share.isNaN ? .failure(.absent) : .double(Double(share))
        }
    }
}
