import CKernels
import Testing

@testable import Transformer

@Suite struct DropoutTests {
    private let rate: Float = 0.3

    /// The same seed and key give the same masks wherever the sequence stands; another seed or key gives others.
    @Test func masksFollowTheSequenceNotTheBatch() throws {
        var random = SplitMix64(seed: 9)
        let model = try RandomModel(&random, dropout: rate)
        let history = model.history(count: 30, &random)
        let other = model.history(count: 11, &random)
        let workspace = Workspace(model.configuration)
        func logits(_ batch: TokenBatch, _ sequence: Int, seed: UInt64?) throws -> [Float] {
            try model.transformer.forward(batch, model.parameters, workspace, dropoutSeed: seed)
            return batch.tokens(of: sequence).map { workspace.logits[$0] }
        }
        var alone = TokenBatch(model.configuration)
        alone.append(history, key: 77)
        var second = TokenBatch(model.configuration)
        second.append(other, key: 5)
        second.append(history, key: 77)
        var renamed = TokenBatch(model.configuration)
        renamed.append(history, key: 78)
        let first = try logits(alone, 0, seed: 1)
        #expect(try logits(alone, 0, seed: 1) == first)
        #expect(zip(try logits(second, 1, seed: 1), first).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(try logits(alone, 0, seed: 2), first).contains { abs($0 - $1) > 1e-2 })
        #expect(zip(try logits(renamed, 0, seed: 1), first).contains { abs($0 - $1) > 1e-2 })
        #expect(try logits(alone, 0, seed: nil) == model.parallel([history])[0])
    }

    /// The share dropped is the rate, in every column and row alike, and what is kept is scaled up.
    @Test func theRateIsKept() {
        let rows = 400
        let columns = 50
        let keys = (0..<rows).map { UInt32(truncatingIfNeeded: SplitMix64.mix(UInt64($0))) }
        let ones = [Float](repeating: 1, count: rows * columns)
        for kernels in StreamingTests.kernels {
            var kept = ones
            keys.withUnsafeBufferPointer { keys in
                kernels.dropout(
                    ones, &kept, rows, columns,
                    .init(row_keys: keys.baseAddress, site: 3, threshold: UInt32(rate * 0x1p24), scale: 1 / (1 - rate)))
            }
            #expect(Set(kept) == [0, 1 / (1 - rate)])
            for column in 0..<columns {
                let dropped = (0..<rows).count { kept[$0 * columns + column] == 0 }
                #expect(abs(Float(dropped) / Float(rows) - rate) < 0.12)
            }
            #expect(abs(Float(kept.count { $0 == 0 }) / Float(kept.count) - rate) < 0.01)
        }
    }
}

extension TokenBatch {
    fileprivate mutating func append(_ history: [Token], key: UInt64) {
        beginSequence(key: key)
        for token in history { append(numbers: token.numbers, bins: token.bins, timeMilliseconds: token.time) }
    }
}
