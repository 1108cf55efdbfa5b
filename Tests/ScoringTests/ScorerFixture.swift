import Rules
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

/// A tiny model with random weights, and made-up events to score.
enum ScorerFixture {
    static let hour = EventTime.millisecondsPerHour
    static let day = EventTime.millisecondsPerDay

    static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [
            .init(name: "terminal", field: "terminal", risk: true), .init(name: "device", field: "device", risk: false),
        ],
        features: [
            .init(name: "category", kind: .category, fields: ["category"]),
            .init(name: "distance_km", kind: .distance, fields: ["a", "b", "c", "d"]),
        ])

    /// 40 days of seven users at five terminals, a fifth of it fraud.
    static func events(_ count: Int) -> [LabelledTransaction] {
        (0..<count).map { index in
            let mixed = (index &* 7919 &+ 13) % 1009
            let user = index % 3 == 0 ? "u0" : "u\(mixed % 7)"
            let transaction = Transaction(
                id: "x\(index)", user: user, time: EventTime(milliseconds: Int64(index) * 40 * day / Int64(count)),
                amount: Double(mixed) / 4, entities: ["t\(mixed % 5)", "d"],
                features: [.text("c\(mixed % 4)"), .number(Double(mixed % 50))])
            return LabelledTransaction(transaction: transaction, isFraud: mixed % 5 == 0, line: index)
        }
    }

    static func dataset(_ events: [LabelledTransaction]) -> HistoricalDataset {
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 7)
        for event in events { builder.add(event.transaction, isFraud: event.isFraud) }
        return builder.finished()
    }

    /// Two layers with a window of four; weights large enough that every feature and neighbour tells.
    static func model(seed: UInt64 = 5) throws -> Model {
        let dataset = dataset(events(700))
        let encoder = try Encoder.fit(schema: schema, rows: dataset.rows, labels: dataset.labels)
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: seed)
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        return try Model(
            configuration: configuration, parameters: parameters, encoder: encoder)
    }

    static func scorer(
        _ rules: String? = nil, thresholds: Thresholds? = nil, cache: Int = 1 << 30,
        precision: CachePrecision = .float32, seed: UInt64 = 5
    ) throws -> Scorer {
        let set = try rules.map { try RuleSet.load(text: $0, schema: schema) } ?? RuleSet.empty(schema: schema)
        return try Scorer(
            model: try model(seed: seed), rules: set, thresholds: thresholds, cacheMemoryBytes: cache,
            cachePrecision: precision)
    }

    /// A ledger that holds the labels of all events, each a week after its transaction.
    static func ledger(_ events: [LabelledTransaction]) -> EntityLedger {
        var replay = EntityReplay(schema: schema)
        for event in events {
            replay.add(event.transaction)
            let known = event.transaction.time.advanced(byMilliseconds: schema.labelDelayMilliseconds)
            replay.add(
                Label(
                    transactionID: event.transaction.id, user: event.transaction.user, fraud: event.isFraud == true,
                    knownAt: known, amount: event.transaction.amount, entities: event.transaction.entities))
        }
        return replay.ledger
    }

    /// A transaction of its own for tests of single decisions.
    static func transaction(
        _ id: String = "one", at milliseconds: Int64 = 41 * day, amount: Double = 20,
        entities: [String?] = ["t1", "d"], features: [FeatureValue] = [.text("c1"), .number(12)]
    ) -> Transaction {
        Transaction(
            id: id, user: "u", time: EventTime(milliseconds: milliseconds), amount: amount, entities: entities,
            features: features)
    }
}

/// A scorer with its users, fed batch by batch.
struct ScorerRun {
    let scorer: Scorer
    let ledger: EntityLedger
    var users: [String: UserState] = [:]

    init(_ scorer: Scorer, _ ledger: EntityLedger) {
        (self.scorer, self.ledger) = (scorer, ledger)
    }

    mutating func request(_ transaction: Transaction) -> Scorer.Request {
        let user = users[transaction.user] ?? scorer.newUser()
        users[transaction.user] = user
        return Scorer.Request(transaction: transaction, user: user)
    }

    mutating func score(_ transactions: some Sequence<Transaction>) throws -> [Scorer.Outcome] {
        try scorer.score(transactions.map { request($0) }, ledger: ledger)
    }

    /// All transactions, so many at a time.
    mutating func score(_ transactions: [Transaction], by size: Int) throws -> [Scorer.Outcome] {
        try stride(from: 0, to: transactions.count, by: size).flatMap { start in
            try score(transactions[start..<min(start + size, transactions.count)])
        }
    }
}

extension Scorer.Outcome {
    var decision: Decision? {
        guard case .scored(let decision, _) = self else { return nil }
        return decision
    }
}
