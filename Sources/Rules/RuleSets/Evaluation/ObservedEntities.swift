internal import Sequences
internal import Transactions

/// The entities of one event: their hashes and their risk, each once a rule asks for it.
final class ObservedEntities {
    private struct Slot {
        var hash: UInt64?
        var isHashed = false
        var isRead = false
        var risk = EntityRisk()
    }

    /// What rules read of each; nil for those that nothing reads.
    private let kinds: [(kind: StableHash.Kind, parts: EntityRisk.Parts)?]
    private let slots: UnsafeMutablePointer<Slot>

    init(_ rules: RuleSet) {
        var parts = [EntityRisk.Parts?](repeating: nil, count: rules.entityNames.count)
        for aggregate in rules.velocities.aggregates {
            if let entity = aggregate.entity { parts[entity] = [] }
        }
        for binding in rules.bindings {
            guard case .risk(let entity, let figure) = binding.source else { continue }
            parts[entity] = (parts[entity] ?? []).union(figure.parts)
        }
        kinds = zip(rules.entityNames, parts).map { name, parts in parts.map { (StableHash.Kind(name), $0) } }
        slots = .allocate(capacity: max(1, kinds.count))
        slots.initialize(repeating: Slot(), count: max(1, kinds.count))
    }

    deinit { slots.deallocate() }

    /// Forgets the last event.
    func begin() {
        for index in kinds.indices { (slots[index].isHashed, slots[index].isRead) = (false, false) }
    }

    /// Nil where the event does not name the entity.
    func hash(of entity: Int, _ transaction: Transaction) -> UInt64? {
        guard !slots[entity].isHashed else { return slots[entity].hash }
        let key = entity < transaction.entities.count ? transaction.entities[entity] : nil
        slots[entity].hash = kinds[entity].flatMap { kind in key.map(kind.kind.entity) }
        slots[entity].isHashed = true
        return slots[entity].hash
    }

    /// What conditions see of a figure; absent where the event does not name the entity.
    func value(
        of figure: EntityFigure, of entity: Int, _ transaction: Transaction, _ ledger: EntityLedger
    ) -> Value {
        let time = transaction.time
        guard let hash = hash(of: entity, transaction), let parts = kinds[entity]?.parts else {
            return .failure(.absent)
        }
        if !slots[entity].isRead {
            ledger.read(parts, of: hash, at: time, into: &slots[entity].risk)
            slots[entity].isRead = true
        }
        switch figure {
        case .count(let window):
            // The risk holds the same counts of the shorter windows, as floats: exact below 2^24.
            if window < 2, slots[entity].risk.recent[window] < 0x1p24 {
                return .int(Int64(slots[entity].risk.recent[window]))
            }
            return .int(ledger.transactionCount(of: hash, days: EntityFigure.days[window], at: time))
        case .frauds(let window): return .int(Int64(slots[entity].risk.frauds[window]))
        case .fraudShare(let window):
            let share = slots[entity].risk.fraudShare(window)
            return share.isNaN ? .failure(.absent) : .double(Double(share))
        }
    }
}

extension EntityFigure {
    /// What of the risk it is read from.
    fileprivate var parts: EntityRisk.Parts {
        switch self {
        case .count: .transactions
        case .frauds: .frauds
        case .fraudShare: [.transactions, .frauds]
        }
    }
}
