import Evaluation
import Foundation
import Rules
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

@Suite struct ReplayTests {
    private static let day = EventTime.millisecondsPerDay
    private static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)])

    private struct Source: LabelledTransactionSource {
        let name = "memory"
        var items: ArraySlice<LabelledTransaction>
        mutating func next() -> LabelledTransaction? { items.popFirst() }
    }

    /// 2000 events in 40 days, every hundredth the one before it again; a fifth is fraud, and mostly at terminals of its own.
    private let events: [LabelledTransaction] = (0..<2000).map { index in
        let original = index % 100 == 99 ? index - 1 : index
        let mixed = (original &* 7919 &+ 13) % 1009
        let isFraud = mixed % 5 == 0
        let transaction = Transaction(
            id: "x\(original)", user: "u\(mixed % 7)",
            time: EventTime(milliseconds: Int64(index) * 40 * day / 2000), amount: Double(mixed) / 4,
            entities: ["t\(isFraud ? mixed % 2 : mixed % 6)"])
        return LabelledTransaction(transaction: transaction, isFraud: isFraud, line: index)
    }
    private let from = EventTime(milliseconds: 20 * day)
    private let to = EventTime(milliseconds: 35 * day)

    private func dataset() -> HistoricalDataset {
        var builder = HistoricalDatasetBuilder(schema: Self.schema, historyCapacity: 7)
        for event in events { builder.add(event.transaction, isFraud: event.isFraud) }
        return builder.finished()
    }

    private func model() throws -> Model {
        let dataset = dataset()
        let encoder = try Encoder.fit(schema: Self.schema, rows: dataset.rows, labels: dataset.labels)
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: 5)
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        return try Model(configuration: configuration, parameters: parameters, encoder: encoder)
    }

    private func replay(
        rules: String? = nil, delay: Int64 = 7 * day, from: EventTime? = nil, _ sources: [[LabelledTransaction]]
    ) throws -> ReplayReport {
        let set = try rules.map { try RuleSet.load(text: $0, schema: Self.schema) } ?? .empty(schema: Self.schema)
        let replay = Replay(
            scorer: try Scorer(model: try model(), rules: set), labelDelayMilliseconds: delay, from: from ?? self.from,
            to: to)
        return try replay.run { sources.map { Source(items: $0[...]) } }
    }

    @Test func figuresAreThoseOfTheEvaluator() throws {
        let report = try replay([events])
        let evaluated = try Evaluator(try model()).evaluate(dataset(), from: from, to: to)
        let (left, right) = (try #require(report.metrics.aucROC), try #require(evaluated.aucROC))
        #expect(abs(left - right) < 1e-4 && evaluated.events == report.metrics.events)
        #expect(report.metrics.frauds == evaluated.frauds)
        let card = try #require(report.metrics.cardPrecisionAt100)
        #expect(abs(card - (evaluated.cardPrecisionAt100 ?? 0)) < 1e-9)
        #expect(report.events == 750 && report.duplicates == 7 && report.warmUpEvents == 1000)
        #expect(report.decisions.allow + report.decisions.review + report.decisions.decline == 743)
        #expect(report.metrics.events == 743 && report.late == 0)
        // Labels sooner or later than trained for give other features, hence other scores.
        #expect(try replay(delay: Self.day, [events]).metrics.aucROC != report.metrics.aucROC)
    }

    @Test func eventsBeforeTheSpanGiveContext() throws {
        let whole = try replay([events])
        let cold = try replay([Array(events[1000...])])
        #expect(cold.events == whole.events && cold.metrics.aucROC != whole.metrics.aucROC)
    }

    @Test func sourcesAreMergedAndSortedWhereNeeded() throws {
        func figures(_ report: ReplayReport) -> ReplayReport {
            var report = report
            (report.seconds, report.eventsPerSecond) = (0, 0)
            return report
        }
        let whole = figures(try replay([events]))
        let (even, odd) = (events.filter { $0.line % 20 < 10 }, events.filter { $0.line % 20 >= 10 })
        #expect(figures(try replay([even, odd])) == whole)
        #expect(figures(try replay([Array(events[1500...]) + Array(events[..<1500])])) == whole)
    }

    @Test func rulesDecideAndTheirHitsAreCounted() throws {
        let rules = """
            rules:
              - id: allTerminal0
                when: tx.terminal == "t0"
                action: decline
              - id: rest
                when: tx.terminal != "t0"
                action: allow
              - id: never
                when: tx.amount > 1e9
                action: review
            """
        let report = try replay(rules: rules, [events])
        let span = events[1000..<1750].filter { $0.line % 100 != 99 }
        let atFirst = span.filter { $0.transaction.entities[0] == "t0" }
        let found = atFirst.count { $0.isFraud == true }
        #expect(report.decisions.decline == atFirst.count && report.decisions.allow == span.count - atFirst.count)
        #expect(report.rules == ["allTerminal0": atFirst.count, "rest": span.count - atFirst.count, "never": 0])
        #expect(report.precision == Double(found) / Double(atFirst.count))
        #expect(report.recall == Double(found) / Double(span.count { $0.isFraud == true }))
        // The metrics are of the scores, which no rule moved.
        #expect(try report.metrics == replay([events]).metrics)
    }

    @Test func withoutATruthThereIsNoPrecision() throws {
        let unlabelled = events.map { LabelledTransaction(transaction: $0.transaction, isFraud: nil, line: $0.line) }
        let report = try replay([unlabelled])
        #expect(report.precision == nil && report.recall == nil && report.metrics.events == 0 && report.events == 750)
        #expect(try replay([]).events == 0)
    }

    @Test func filesOfAnotherSchemaAreRefused() throws {
        var other = Self.schema
        other.entities[0].name = "merchant"
        let scorer = try Scorer(model: try model(), rules: .empty(schema: Self.schema))
        let replay = Replay(scorer: scorer, labelDelayMilliseconds: 0, from: from, to: to)
        #expect(throws: ModelFault.self) { try replay.run(paths: ["/nowhere"], schema: other) }
        #expect(throws: DataFileError.self) { try replay.run(paths: ["/nowhere.csv"], schema: Self.schema) }
    }
}
