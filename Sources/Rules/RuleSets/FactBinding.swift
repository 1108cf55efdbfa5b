internal import Transactions

/// Where a fact's value comes from, fixed when rules are compiled.
struct FactBinding: Sendable {
    enum Source: Sendable {
        case id
        case user
        case amount
        case time
        case entity(Int)
        case feature(Int)
        case score
        case eventsSeen
        case secondsSinceLast
        /// A declared fact, by its position.
        case declared(Int)
    }

    let slot: Int
    let source: Source

    /// Declares everything a rule may name on a transaction of this schema.
    static func declare(
        _ schema: TransactionSchema, facts: [RuleFact]
    ) -> (names: NameTable, bindings: [FactBinding]) {
        var names = NameTable()
        var bindings: [FactBinding] = []
        func add(_ name: String, _ type: StaticType, _ source: Source) {
            // The transaction's own fields come first: a feature of the same name stays behind them.
            guard names.entries[name] == nil else { return }
            bindings.append(FactBinding(slot: names.declareFact(name, type), source: source))
        }
        add("tx.id", .string, .id)
        add("tx.user", .string, .user)
        add("tx.amount", .double, .amount)
        add("tx.time", .timestamp, .time)
        for (index, entity) in schema.entities.enumerated() { add("tx." + entity.name, .string, .entity(index)) }
        for (index, feature) in schema.features.enumerated() {
            add("tx." + feature.name, feature.kind == .category ? .string : .double, .feature(index))
        }
        add("score", .double, .score)
        add("now", .timestamp, .time)
        add("user.events_seen", .int, .eventsSeen)
        add("user.seconds_since_last", .double, .secondsSinceLast)
        for (index, fact) in facts.enumerated() { add(fact.name, fact.type.staticType, .declared(index)) }
        return (names, bindings)
    }

    /// The fact's value for one transaction.
    func value(
        _ transaction: Transaction, _ score: Double, _ user: RuleUserFacts, _ declared: [RuleFactValue]
    ) -> Value {
        switch source {
        case .id: return .string(transaction.id)
        case .user: return .string(transaction.user)
        case .amount: return .double(transaction.amount)
        case .time: return Value(transaction.time)
        case .entity(let index):
            guard index < transaction.entities.count, let key = transaction.entities[index] else {
                return .failure(.absent)
            }
            return .string(key)
        case .feature(let index):
            guard index < transaction.features.count else { return .failure(.absent) }
            switch transaction.features[index] {
            case .number(let number): return .double(number)
            case .text(let text): return .string(text)
            case .missing: return .failure(.absent)
            }
        case .score: return .double(score)
        case .eventsSeen: return .int(Int64(user.eventsSeen))
        case .secondsSinceLast: return user.secondsSinceLast.map { .double($0) } ?? .failure(.absent)
        case .declared(let index): return index < declared.count ? declared[index].value : .failure(.absent)
        }
    }
}
