internal import Sequences
internal import Transactions

/// The entities of one event: their hashes and their risk, each once a rule asks for it.
final class ObservedEntities {
    private struct Slot {
        var hash: UInt64?
        var isHashed = false
        /// Where the ledger keeps it, once that is known.
        var place: Int?
        /// What of the risk is read.
        var parts: EntityRisk.Parts = []
        var risk = EntityRisk()
    }

    /// Nil for those that no rule reads.
    private let kinds: [StableHash.Kind?]
    private let slots: UnsafeMutablePointer<Slot>

    init(_ rules: RuleSet) {
        var read = Set(rules.velocities.aggregates.compactMap(\.entity))
        for binding in rules.bindings {
            if case .risk(let entity, _) = binding.source { read.insert(entity) }
        }
        kinds = rules.entityNames.enumerated().map { read.contains($0.offset) ? StableHash.Kind($0.element) : nil }
        slots = .allocate(capacity: max(1, kinds.count))
        slots.initialize(repeating: Slot(), count: max(1, kinds.count))
    }

    deinit { slots.deallocate() }

    /// Forgets the last event.
    func begin() {
        for index in kinds.indices {
            (slots[index].isHashed, slots[index].place, slots[index].parts) = (false, nil, [])
        }
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
        of figure: EntityFigure, of entity: Int, _ transaction: Transaction, _ ledger: EntityLedger
    ) -> Value {
        let time = transaction.time
        guard let hash = hash(of: entity, transaction) else { return .failure(.absent) }
        switch figure {
        case .count(let window):
            read(.recent, entity, hash, time, ledger)
            // The risk holds the same counts of the shorter windows, as floats: exact below 2^24.
            if window < 2, slots[entity].risk.recent[window] < 0x1p24 {
                return .int(Int64(slots[entity].risk.recent[window]))
            }
            return .int(ledger.transactionCount(of: hash, days: EntityFigure.days[window], at: time))
        case .frauds(let window):
            read(.frauds, entity, hash, time, ledger)
            return .int(Int64(slots[entity].risk.frauds[window]))
        case .fraudShare(let window):
            read(.frauds, entity, hash, time, ledger)
            // Of most entities no fraud is known; then how many transactions there were does not matter.
            if slots[entity].risk.frauds[window] == 0 {
                return ledger.hasMatured(window, at: place(entity, hash, ledger), time)
                    ? .double(0) : .failure(.absent)
            }
            read(.matured, entity, hash, time, ledger)
            return .double(Double(slots[entity].risk.fraudShare(window)))
        }
    }

    @inline(__always)
    private func place(_ entity: Int, _ hash: UInt64, _ ledger: EntityLedger) -> Int {
        if let place = slots[entity].place { return place }
        let place = ledger.slot(of: hash)
        slots[entity].place = place
        return place
    }

    /// Reads parts of an entity's risk, unless they have been.
    @inline(__always)
    private func read(
        _ parts: EntityRisk.Parts, _ entity: Int, _ hash: UInt64, _ time: EventTime, _ ledger: EntityLedger
    ) {
        guard !slots[entity].parts.isSuperset(of: parts) else { return }
        if slots[entity].parts.isEmpty { slots[entity].risk = EntityRisk() }
        ledger.read(parts, at: place(entity, hash, ledger), time, into: &slots[entity].risk)
        slots[entity].parts.formUnion(parts)
    }
}
