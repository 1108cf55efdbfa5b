import Rules
import Scoring
import Sequences
import Transactions
import Transformer

/// A model and made-up transactions that fit its schema: users, amounts, entities and features drawn evenly.
struct ScoringWorkload {
    let model: Model
    let rules: RuleSet
    let ledger: EntityLedger

    /// Terminals, merchants, devices: so many of each.
    private static let entityKeys: UInt64 = 5000
    private static let start: Int64 = 1_700_000_000_000

    /// A model as trained.
    init(model: Model) throws {
        self.model = model
        rules = try Self.rules(model.encoder.schema)
        ledger = Self.ledger(model.encoder.schema)
    }

    /// Random weights of a shape, over the features of a schema with one risk entity.
    init(layers: Int, width: Int, heads: Int, window: Int, feedForward: Int) throws {
        let schema = TransactionSchema(
            name: "bench", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
            entities: [.init(name: "terminal", field: "terminal", risk: true)])
        let ledger = Self.ledger(schema)
        let encoder = try Self.encoder(schema, ledger)
        let configuration = TransformerConfiguration(
            layers: layers, width: width, heads: heads, feedForward: feedForward, window: window,
            numbers: encoder.numberCount, binCounts: encoder.binCounts)
        try configuration.validate()
        let parameters = Parameters(TensorTable(configuration), seed: 7)
        // Larger than initial weights, so that attention is not flat; a threshold few random scores reach.
        for index in parameters.values.indices { parameters.values[index] *= 2 }
        model = try Model(
            configuration: configuration, parameters: parameters, encoder: encoder, threshold: 0.999)
        rules = try Self.rules(schema)
        self.ledger = ledger
    }

    /// The transaction of this number by a user; times rise with the number.
    func transaction(_ number: Int, user: Int) -> Transaction {
        Self.transaction(number, user: user, schema: model.encoder.schema)
    }

    /// A number from 0 up to a bound, the same on every run.
    static func pick(_ number: Int, _ salt: UInt64, below bound: UInt64) -> UInt64 {
        var mixed = (UInt64(bitPattern: Int64(number)) &+ salt &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 29)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 32)) % bound
    }

    private static func transaction(_ number: Int, user: Int, schema: TransactionSchema) -> Transaction {
        Transaction(
            id: "t\(number)", user: "u\(user)", time: EventTime(milliseconds: start + Int64(number) * 2000),
            amount: Double(pick(number, 1, below: 30_000) + 100) / 100,
            entities: schema.entities.indices.map { "e\(pick(number, 2 + UInt64($0), below: entityKeys))" },
            features: schema.features.enumerated().map { index, feature in
                let value = pick(number, 100 + UInt64(index), below: 50)
                return feature.kind == .category ? .text("c\(value)") : .number(Double(value))
            })
    }

    /// A rule of every kind, none of which matches often.
    private static func rules(_ schema: TransactionSchema) throws -> RuleSet {
        try RuleSet.load(
            text: """
                rules:
                  - id: large
                    when: tx.amount > 100000.0
                    action: review
                    priority: 10
                    reason: "amount {tx.amount}"
                  - id: burst
                    when: user.events_seen > 3 && user.seconds_since_last < 0.5
                    action: score +0.1
                    reason: "burst"
                  - id: doubtful
                    when: score > 0.9999 && tx.amount > 50.0 && tx.amount < 60.0
                    action: decline
                    reason: "score {score}"
                """, schema: schema)
    }

    /// Forty days of all entities, a fiftieth fraud, before the transactions begin.
    private static func ledger(_ schema: TransactionSchema) -> EntityLedger {
        var replay = EntityReplay(schema: schema)
        let count = 200_000
        let step = 40 * EventTime.millisecondsPerDay / Int64(count)
        for number in 0..<count {
            var transaction = transaction(number, user: 0, schema: schema)
            transaction.time = EventTime(milliseconds: start - Int64(count - number) * step)
            replay.add(transaction)
            replay.add(
                Label(
                    transactionID: transaction.id, user: transaction.user, fraud: pick(number, 50, below: 50) == 0,
                    knownAt: transaction.time.advanced(byMilliseconds: schema.labelDelayMilliseconds),
                    amount: transaction.amount, entities: transaction.entities))
        }
        return replay.ledger
    }

    private static func encoder(_ schema: TransactionSchema, _ ledger: EntityLedger) throws -> Encoder {
        let extractor = FeatureExtractor(schema: schema)
        var histories = (0..<200).map { _ in UserHistory(rawCount: extractor.rawCount, capacity: 1) }
        var rows: [UInt32] = []
        var labels: [Int8] = []
        var raw = [UInt32](repeating: 0, count: extractor.rawCount)
        for number in 0..<20_000 {
            let user = Int(pick(number, 60, below: 200))
            let transaction = transaction(number, user: user, schema: schema)
            let time = histories[user].effectiveTime(of: transaction.time)
            let risks = extractor.entities.risks(transaction, at: time, ledger: ledger)
            raw.withUnsafeMutableBufferPointer {
                extractor.extract(transaction, history: histories[user], risks: risks, into: $0)
            }
            raw.withUnsafeBufferPointer {
                histories[user].append(
                    raw: $0, time: transaction.time, id: UInt64(number), amount: transaction.amount)
            }
            rows += raw
            labels.append(pick(number, 70, below: 50) == 0 ? 1 : 0)
        }
        return try Encoder.fit(schema: schema, rows: rows, labels: labels)
    }
}
