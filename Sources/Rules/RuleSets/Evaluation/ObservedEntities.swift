internal import Sequences
internal import Transactions

/// The entities of one event: hashed where some rule or aggregate reads them, and their risk once it is asked for.
final class ObservedEntities {
    private struct Slot {
        var hash: UInt64?
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
            guard case .observed(.risk(let entity, let figure)) = binding.source else { continue }
            parts[entity] = (parts[entity] ?? []).union(figure.parts)
        }
        kinds = zip(rules.entityNames, parts).map { name, parts in parts.map { (StableHash.Kind(name), $0) } }
        slots = .allocate(capacity: max(1, kinds.count))
        slots.initialize(repeating: Slot(), count: max(1, kinds.count))
    }

    deinit { slots.deallocate() }

    func begin(_ transaction: Transaction) {
        for index in kinds.indices {
            guard let kind = kinds[index]?.kind else { continue }
            slots[index].isRead = false
            let isNamed = index < transaction.entities.count
            slots[index].hash = isNamed ? transaction.entities[index].map(kind.entity) : nil
        }
    }

    func hash(of entity: Int) -> UInt64? { slots[entity].hash }

    /// What conditions see of a figure; absent where the event does not name the entity.
    func value(of figure: EntityFigure, of entity: Int, at time: EventTime, _ ledger: EntityLedger) -> Value {
        guard let hash = slots[entity].hash, let parts = kinds[entity]?.parts else { return .failure(.absent) }
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
