import Testing

@testable import Transformer

/// A token as tests hold it.
struct Token {
    var numbers: [Float]
    var bins: [UInt16]
    var time: Int64
}

/// A model of a random small shape with random weights, and random histories for it.
struct RandomModel {
    let configuration: TransformerConfiguration
    let transformer: Transformer
    let parameters: Parameters
    let weights: StreamingWeights

    static let adapters: [LayerAdapter] = [.bottleneck(width: 7), .prefix(length: 5)]

    init(
        _ random: inout SplitMix64, window: Int? = nil, dropout: Float = 0, pretrainingClasses: [Int] = [],
        adapter: LayerAdapter? = nil
    ) throws {
        let heads = Int.random(in: 1...3, using: &random)
        configuration = TransformerConfiguration(
            layers: Int.random(in: 1...3, using: &random), width: heads * Int.random(in: 3...24, using: &random),
            heads: heads, feedForward: Int.random(in: 5...90, using: &random),
            window: window ?? Int.random(in: 1...37, using: &random), numbers: Int.random(in: 1...5, using: &random),
            binCounts: (0..<Int.random(in: 0...3, using: &random)).map { 4 + $0 },
            pretrainingClasses: pretrainingClasses, dropout: dropout, adapter: adapter)
        transformer = try Transformer(configuration)
        parameters = Parameters(transformer.table, seed: random.next())
        // Larger than initial weights, so that attention is not flat.
        for index in parameters.values.indices { parameters.values[index] *= 2 }
        // What starts at nothing must count for something.
        for entry in transformer.table.entries where entry.name.contains("adapter.up") {
            for index in parameters[entry].indices { parameters[entry][index] = random.nextNormal() * 0.3 }
        }
        weights = try StreamingWeights(configuration, parameters)
    }

    /// Gaps from seconds to months, every tenth one backwards.
    func history(count: Int, _ random: inout SplitMix64) -> [Token] {
        var time: Int64 = 1_530_000_000_000
        return (0..<count).map { _ in
            time += Int64(
                1000 * Float.random(in: 1...3000, using: &random) * Float.random(in: 1...3000, using: &random))
            let late: Int64 = Int.random(in: 0..<10, using: &random) == 0 ? 90_000_000 : 0
            return Token(
                numbers: (0..<configuration.numbers).map { _ in random.nextNormal() },
                bins: configuration.binCounts.map { UInt16.random(in: 0..<UInt16($0), using: &random) },
                time: time - late)
        }
    }

    func batch(_ histories: [[Token]]) -> TokenBatch {
        var batch = TokenBatch(configuration)
        for (index, history) in histories.enumerated() {
            batch.beginSequence(key: UInt64(index))
            for token in history {
                batch.append(numbers: token.numbers, bins: token.bins, timeMilliseconds: token.time)
            }
        }
        return batch
    }

    /// Logits of whole histories in one parallel pass.
    func parallel(_ histories: [[Token]]) throws -> [[Float]] {
        let workspace = Workspace(configuration)
        let batch = batch(histories)
        try transformer.forward(batch, parameters, workspace)
        return histories.indices.map { batch.tokens(of: $0).map { workspace.logits[$0] } }
    }

    func rows(_ tokens: some Sequence<Token>, _ cache: KeyValueCache) -> TokenRows {
        var rows = TokenRows(configuration)
        for token in tokens { rows.append(token, cache) }
        return rows
    }

    /// The last token's logit, one token at a time in a store of its own.
    func score(_ tokens: some Sequence<Token>, _ streaming: StreamingTransformer) throws -> Float {
        let store = KeyValueStore(configuration)
        let cache = store.allocate()
        var logits: [Float] = []
        for token in tokens { try streaming.advance(rows([token], cache), in: store, logits: &logits) }
        return try #require(logits.last)
    }
}

extension TokenRows {
    mutating func append(_ token: Token, _ cache: KeyValueCache) {
        append(numbers: token.numbers, bins: token.bins, timeMilliseconds: token.time, cache: cache)
    }
}
