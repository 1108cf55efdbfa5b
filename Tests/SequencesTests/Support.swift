import Sequences
import Transactions

/// A schema with one risk entity, one plain entity and one feature of each kind.
let testSchema = TransactionSchema(
    name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
    entities: [
        .init(name: "terminal", field: "terminal", risk: true), .init(name: "device", field: "device", risk: false),
    ],
    features: [
        .init(name: "category", kind: .category, fields: ["category"]),
        .init(name: "population", kind: .logNumber, fields: ["population"]),
    ])

/// SplitMix64: the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

let hour = EventTime.millisecondsPerHour
let day = EventTime.millisecondsPerDay

func transaction(
    _ id: String, user: String = "u", at milliseconds: Int64, amount: Double = 10, terminal: String? = "t",
    category: FeatureValue = .text("food")
) -> Transaction {
    Transaction(
        id: id, user: user, time: EventTime(milliseconds: milliseconds), amount: amount, entities: [terminal, "d"],
        features: [category, .number(1000)])
}

func label(_ id: String, fraud: Bool, knownAt milliseconds: Int64, terminal: String? = "t", amount: Double? = nil)
    -> Label
{
    Label(
        transactionID: id, user: "u", fraud: fraud, knownAt: EventTime(milliseconds: milliseconds),
        amount: amount, entities: [terminal, "d"])
}

extension FeatureExtractor {
    func raw(_ transaction: Transaction, _ history: UserHistory, _ ledger: EntityLedger) -> [UInt32] {
        var raw = [UInt32](repeating: 0, count: rawCount)
        let risks = entities.risks(transaction, at: history.effectiveTime(of: transaction.time), ledger: ledger)
        raw.withUnsafeMutableBufferPointer { extract(transaction, history: history, risks: risks, into: $0) }
        return raw
    }
}

extension UserHistory {
    mutating func append(raw: [UInt32], at milliseconds: Int64, id: UInt64, amount: Double) {
        raw.withUnsafeBufferPointer {
            append(raw: $0, time: EventTime(milliseconds: milliseconds), id: id, amount: amount)
        }
    }
}
