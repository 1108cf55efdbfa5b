public import Transactions

/// Reads what is known of the entities with risk that a transaction names.
///
/// First all entities of a batch are found and touched, so that the waits for memory overlap; then each event's are read.
public struct EntityRiskReader: Sendable {
    /// Stands for an entity that the transaction does not name.
    private static let noEntity = -2

    /// Positions and kinds of the entities with risk.
    private let entities: [(index: Int, kind: StableHash.Kind)]

    public init(schema: TransactionSchema) {
        entities = schema.entities.enumerated().filter(\.element.risk).map {
            ($0.offset, StableHash.Kind($0.element.name))
        }
    }

    /// How many entities of a transaction have risk: so many slots and risks there are an event.
    public var count: Int { entities.count }

    /// Appends where the ledger keeps the transaction's entities.
    public func find(_ transaction: Transaction, ledger: borrowing EntityLedger, into slots: inout [Int]) {
        for place in entities.indices { slots.append(slot(place, transaction, ledger)) }
    }

    /// Fetches what is read of many entities before it is needed.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    public func touch(_ slots: [Int], ledger: borrowing EntityLedger) -> Int {
        var sum = 0
        for index in slots.indices { sum &+= ledger.touch(slot: slots[index]) }
        return sum
    }

    /// Reads an event's risks, nil for an entity that it does not name; allocates nothing.
    ///
    /// - Parameters:
    ///   - slots: (`count`) found before; the ledger has not changed since.
    ///   - time: the event's effective time.
    ///   - risks: (`count`)
    public func read(
        _ slots: UnsafeBufferPointer<Int>, at time: EventTime, ledger: borrowing EntityLedger,
        into risks: inout [EntityRisk?]
    ) {
        precondition(slots.count == count && risks.count == count, "one slot and one risk an entity expected")
        for place in slots.indices { risks[place] = risk(at: slots[place], time, ledger) }
    }

    /// As above, of an event whose entities have not been found yet.
    public func read(
        _ transaction: Transaction, at time: EventTime, ledger: borrowing EntityLedger, into risks: inout [EntityRisk?]
    ) {
        precondition(risks.count == count, "one risk an entity expected")
        for place in entities.indices { risks[place] = risk(at: slot(place, transaction, ledger), time, ledger) }
    }

    /// As above, into an array of its own.
    public func risks(_ transaction: Transaction, at time: EventTime, ledger: borrowing EntityLedger) -> [EntityRisk?] {
        var risks = [EntityRisk?](repeating: nil, count: count)
        read(transaction, at: time, ledger: ledger, into: &risks)
        return risks
    }

    private func risk(at slot: Int, _ time: EventTime, _ ledger: borrowing EntityLedger) -> EntityRisk? {
        slot == Self.noEntity ? nil : ledger.risk(at: slot, time)
    }

    private func slot(_ place: Int, _ transaction: Transaction, _ ledger: borrowing EntityLedger) -> Int {
        let (index, kind) = entities[place]
        guard index < transaction.entities.count, let key = transaction.entities[index] else { return Self.noEntity }
        return ledger.slot(of: kind.entity(key))
    }
}
