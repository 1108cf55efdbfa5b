internal import Sequences
internal import Transactions

/// The entities of one event: their hashes, and their risk once it is asked for.
struct ObservedEntities {
    private let names: [String]
    private var hashes: [UInt64?]
    private var risks: [EntityRisk]
    private var isRead: [Bool]

    init(names: [String]) {
        self.names = names
        hashes = Array(repeating: nil, count: names.count)
        risks = Array(repeating: EntityRisk(), count: names.count)
        isRead = Array(repeating: false, count: names.count)
    }

    mutating func begin(_ transaction: Transaction) {
        for index in names.indices {
            isRead[index] = false
            guard index < transaction.entities.count, let key = transaction.entities[index] else {
                hashes[index] = nil
                continue
            }
            hashes[index] = StableHash.entity(name: names[index], key: key)
        }
    }

    func hash(of entity: Int) -> UInt64? { hashes[entity] }

    mutating func risk(of entity: Int, _ key: UInt64, at time: EventTime, _ ledger: EntityLedger) -> EntityRisk {
        if !isRead[entity] {
            risks[entity] = ledger.risk(of: key, at: time)
            isRead[entity] = true
        }
        return risks[entity]
    }
}
