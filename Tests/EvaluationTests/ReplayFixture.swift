import Evaluation
import Rules
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

/// A few weeks of made-up transactions, a small model of random weights, and replays of them.
struct ReplayFixture {
    static let day = EventTime.millisecondsPerDay
    static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)])

    struct Source: LabelledTransactionSource {
        let name = "memory"
        var items: ArraySlice<LabelledTransaction>
        mutating func next() -> LabelledTransaction? { items.popFirst() }
    }

    /// 2000 events in 40 days, every hundredth the one before it again; a fifth is fraud, and mostly at terminals of its own.
    let events: [LabelledTransaction] = (0..<2000).map { index in
        let original = index % 100 == 99 ? index - 1 : index
        let mixed = (original &* 7919 &+ 13) % 1009
        let isFraud = mixed % 5 == 0
        let transaction = Transaction(
            id: "x\(original)", user: "u\(mixed % 7)",
            time: EventTime(milliseconds: Int64(index) * 40 * day / 2000), amount: Double(mixed) / 4,
            entities: ["t\(isFraud ? mixed % 2 : mixed % 6)"])
        return LabelledTransaction(transaction: transaction, isFraud: isFraud, line: index)
    }
    let from = EventTime(milliseconds: 20 * day)
    let to = EventTime(milliseconds: 35 * day)

    func dataset() -> HistoricalDataset {
        var builder = HistoricalDatasetBuilder(schema: Self.schema, historyCapacity: 7)
        for event in events { builder.add(event.transaction, isFraud: event.isFraud) }
        return builder.finished()
    }

    /// - Parameter rows: events that its encoder is fitted on; nil is all.
    func model(seed: UInt64 = 5, window: Int = 4, rows: Int? = nil) throws -> Model {
        let dataset = dataset()
        let width = FeatureExtractor(schema: Self.schema).rawCount
        let labels = Array(dataset.labels.prefix(rows ?? dataset.labels.count))
        let encoder = try Encoder.fit(
            schema: Self.schema, rows: Array(dataset.rows.prefix(labels.count * width)), labels: labels)
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: window, numbers: encoder.numberCount,
            binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: seed)
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        return try Model(configuration: configuration, parameters: parameters, encoder: encoder)
    }

    /// The model with another classifier and calibration.
    func withHead(on base: Model, scale: Float) throws -> Model {
        let parameters = Parameters(TensorTable(base.configuration), seed: 1)
        _ = parameters.values.update(fromContentsOf: base.parameters.values)
        let weights = try #require(parameters["classifier.weight"])
        for index in weights.indices { weights[index] *= scale }
        return try Model(
            configuration: base.configuration, parameters: parameters, encoder: base.encoder,
            calibration: .platt(slope: 0.5, intercept: 0.1))
    }

    func rules(_ yaml: String) throws -> RuleSet { try RuleSet.load(text: yaml, schema: Self.schema) }

    func options(delay: Int64 = 7 * day) -> ReplayOptions {
        var options = ReplayOptions(labelDelayMilliseconds: delay)
        (options.from, options.to) = (from, to)
        // The evaluator computes without rounded caches.
        options.cachePrecision = .float32
        return options
    }

    func replay(_ entrants: [ReplayEntrant], options: ReplayOptions) throws -> ReplayResult {
        try ReplayEngine(entrants, options: options).run(.sources { [Source(items: events[...])] })
    }

    func replay(
        _ sources: [[LabelledTransaction]], rules: String? = nil, challengers: [ReplayEntrant] = [],
        options: ReplayOptions? = nil, isStopped: () -> Bool = { false }
    ) throws -> ReplayResult {
        let champion = ReplayEntrant(
            name: "champion", model: try model(), rules: try rules.map { try self.rules($0) })
        let engine = try ReplayEngine([champion] + challengers, options: options ?? self.options())
        return try engine.run(.sources { sources.map { Source(items: $0[...]) } }, isStopped: isStopped)
    }
}

extension ReplayTable {
    /// What decides a row: equal for equal replays, bit for bit.
    var decided: [String] {
        (0..<count).map { row in
            let own = contenders.map {
                "\($0.modelScores[row].bitPattern) \($0.scores[row].bitPattern) \($0.dispositions[row]) \($0.decidedBy[row])"
            }
            return "\(ids[row]) \(offsets[row]) \(times[row]) \(truths[row]) \(maturities[row]) \(own)"
        }
    }
}
