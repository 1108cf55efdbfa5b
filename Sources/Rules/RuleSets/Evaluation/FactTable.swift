internal import Transactions

/// The names conditions may use on transactions of one schema, and where their values come from.
struct FactTable {
    var names = NameTable()
    private(set) var bindings: [FactBinding] = []
    /// Constants that change from outside; no aggregate may read them, so that it stays a function of the log.
    var changingNames: Set<String> = []
    private var isTransactionFact: Set<Int> = []
    /// The slots of facts that every event has at hand; the others are sought where a rule asks for them.
    private(set) var eagerSlots: Set<Int> = []
    /// The slots of an entity's figures, each cheaper to seek than the machine is to start.
    private(set) var figureSlots: Set<Int> = []

    init(_ schema: TransactionSchema) {
        // The transaction's own fields come first: a feature of the same name stays behind them.
        add("tx.id", .string, .id)
        add("tx.user", .string, .user)
        add("tx.amount", .double, .amount)
        add("tx.time", .timestamp, .time)
        for (index, entity) in schema.entities.enumerated() { add("tx." + entity.name, .string, .entity(index)) }
        for (index, feature) in schema.features.enumerated() {
            add("tx." + feature.name, feature.kind == .category ? .string : .double, .feature(index))
        }
        add("now", .timestamp, .time)
        isTransactionFact = Set(bindings.map(\.slot))
        add("score", .double, .score)
        add("user.events_seen", .int, .observed(.eventsSeen))
        add("user.seconds_since_last", .double, .observed(.secondsSinceLast))
        add("user.first_seen", .timestamp, .observed(.firstSeen))
        add("user.last_decision", .string, .lastDecision)
        add("user.average_amount", .double, .observed(.averageAmount))
        for (index, entity) in schema.entities.enumerated() where entity.risk {
            for (name, type, figure) in EntityFigure.all {
                add("entity.\(entity.name).\(name)", type, .risk(entity: index, figure))
            }
        }
    }

    mutating func add(_ name: String, _ type: StaticType, _ source: FactSource) {
        guard names.entries[name] == nil else { return }
        let slot = names.declareFact(name, type)
        bindings.append(FactBinding(slot: slot, source: source))
        switch source {
        case .risk: figureSlots.insert(slot)
        case .entityVelocity: break
        default: eagerSlots.insert(slot)
        }
    }

    /// The names an aggregate may use: the transaction's, and what is constant.
    var transactionNames: NameTable {
        names.filtered { name, entry in
            guard !changingNames.contains(name) else { return false }
            guard case .fact(let slot, _) = entry else { return true }
            return isTransactionFact.contains(slot)
        }
    }

    /// The bindings whose facts are read by what was compiled.
    func bindings(usedBy slots: Set<Int>) -> [FactBinding] { bindings.filter { slots.contains($0.slot) } }
}
