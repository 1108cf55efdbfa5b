import Scoring
import Sequences
import Transactions
import Transformer

/// A model without training: its scores mean nothing, but they depend on every feature and on the whole history.
enum SmallModel {
    static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)],
        features: [.init(name: "category", kind: .category, fields: ["category"])], labelDelayMilliseconds: 0)

    /// One for all tests; a window of 4 in 2 layers keeps 7 tokens a user.
    static let shared = Result { try make() }

    private static func make() throws -> Model {
        let extractor = FeatureExtractor(schema: schema)
        let width = extractor.rawCount
        let rows = (0..<400 * width).map { Float($0 * 31 % 97 % 13).bitPattern }
        let encoder = try Encoder.fit(schema: schema, rows: rows, labels: (0..<400).map { Int8($0 % 2) })
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        return try Model(
            configuration: configuration, parameters: Parameters(TensorTable(configuration), seed: 3),
            encoder: encoder, threshold: 1)
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
