import Evaluation
import Foundation
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

@Suite struct FrontierTests {
    private static let day = EventTime.millisecondsPerDay
    private static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"))

    private let dataset: HistoricalDataset = {
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 7)
        for index in 0..<900 {
            let mixed = (index &* 7919 &+ 13) % 1009
            builder.add(
                Transaction(
                    id: "x\(index)", user: "u\(mixed % 7)", time: EventTime(milliseconds: Int64(index) * day / 30),
                    amount: Double(mixed) / 4),
                isFraud: mixed % 5 == 0)
        }
        return builder.finished()
    }()

    private func point(
        _ seed: UInt64, _ name: String, caches: CachePrecision = .float32
    ) throws -> FrontierPoint {
        try FrontierPoint(
            try model(seed), named: name, weights: .int8, caches: caches, on: dataset,
            from: EventTime(milliseconds: 10 * Self.day),
            to: EventTime(milliseconds: 25 * Self.day))
    }

    private func model(_ seed: UInt64) throws -> Model {
        let encoder = try Encoder.fit(schema: Self.schema, rows: dataset.rows, labels: dataset.labels)
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: seed)
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        return try Model(configuration: configuration, parameters: parameters, encoder: encoder)
    }

    /// Streaming finds what the evaluator finds.
    @Test func figuresAreThoseOfTheEvaluator() throws {
        let point = try point(5, "five")
        let wanted = try Evaluator(try model(5)).evaluate(
            dataset, from: EventTime(milliseconds: 10 * Self.day), to: EventTime(milliseconds: 25 * Self.day))
        #expect(point.events == wanted.events && point.frauds == wanted.frauds && point.events == 450)
        #expect(abs(try #require(point.averagePrecision) - (wanted.averagePrecision ?? 0)) < 2e-3)
        #expect(point.microsecondsPerEvent > 0 && point.bytesPerUser > 0)
        #expect(point.parameters < point.weightBytes && point.weightBytes < 4 * point.parameters)
    }

    /// Rounded caches take fewer bytes, and what they lose is counted against the unrounded of the same model only.
    @Test func lossesAreAgainstUnroundedCaches() throws {
        var points = [
            try point(5, "five", caches: .int8), try point(5, "five"), try point(6, "six", caches: .int8),
        ]
        FrontierPoint.markLosses(&points)
        let (rounded, whole) = (try #require(points[0].averagePrecision), try #require(points[1].averagePrecision))
        #expect(points.map(\.averagePrecisionLoss) == [whole - rounded, 0, nil])
        #expect(points[0].bytesPerUser < points[1].bytesPerUser)
    }

    @Test func theFrontierIsWhatNothingBeats() throws {
        var points = [try point(1, "cheap & good"), try point(2, "dear"), try point(3, "best")]
        let figures: [(Double, Double)] = [(0.8, 1), (0.7, 2), (0.9, 3)]
        for (index, (precision, cost)) in figures.enumerated() {
            (points[index].averagePrecision, points[index].microsecondsPerEvent) = (precision, cost)
        }
        FrontierPoint.markFrontier(&points)
        #expect(points.map(\.isOnFrontier) == [true, false, true])
        let svg = FrontierChart(points).svg
        #expect(svg.contains("cheap &amp; good") && svg.contains(">best<") && svg.hasSuffix("</svg>\n"))
        #expect(svg.components(separatedBy: "<circle").count == 4)
        let line = try #require(svg.split(separator: "\n").first { $0.hasPrefix("<polyline") })
        #expect(line.components(separatedBy: ",").count == 3)
        #expect(!FrontierChart([]).svg.contains("nan"))
        points[0].averagePrecision = 0
        #expect(!FrontierChart(points).svg.contains(">-"))
    }
}
