import Scoring
import Sequences
import Transactions
import Transformer

/// A model without training: its scores mean nothing, but they depend on every feature and on the whole history.
enum ProcessorModel {
    static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)],
        features: [.init(name: "category", kind: .category, fields: ["category"])], labelDelayMilliseconds: 0)

    /// - Parameter entityBucketMinutes: nil: the schema's own.
    static func save(
        to directory: String, seed: UInt64 = 3, threshold: Float = 1, entityBucketMinutes: Int64? = nil
    ) throws {
        var schema = schema
        if let entityBucketMinutes { schema.entityBucketMilliseconds = entityBucketMinutes * 60_000 }
        let width = FeatureExtractor(schema: schema).rawCount
        let rows = (0..<400 * width).map { Float($0 * 31 % 97 % 13).bitPattern }
        let encoder = try Encoder.fit(schema: schema, rows: rows, labels: (0..<400).map { Int8($0 % 2) })
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: seed)
        // Initial weights would put all scores on one side of a half.
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        try Model(
            configuration: configuration, parameters: parameters, encoder: encoder, threshold: threshold
        ).save(to: directory)
    }
}
