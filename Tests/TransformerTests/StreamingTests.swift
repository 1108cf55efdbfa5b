import CKernels
import Testing

@testable import Transformer

/// Scoring token by token against the parallel pass, on every instruction set of this machine.
@Suite struct StreamingTests {
    /// Random histories, windows, widths and batch cuts: every token's logit equals the parallel pass.
    @Test(arguments: 0..<30 as Range<UInt64>) func streamingEqualsParallel(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let model = try RandomModel(&random, adapter: seed < 24 ? nil : RandomModel.adapters[Int(seed) % 2])
        let histories = (0..<5).map { _ in model.history(count: Int.random(in: 1...60, using: &random), &random) }
        let expected = try model.parallel(histories)
        for kernels in Self.kernels {
            let store = KeyValueStore(model.configuration)
            let streaming = StreamingTransformer(model.weights, kernels: kernels)
            let caches = histories.map { _ in store.allocate() }
            var scores: [[Float]] = histories.map { _ in [] }
            var rows = TokenRows(model.configuration)
            var owners: [Int] = []
            var logits: [Float] = []
            var next = histories.map { _ in 0 }
            while zip(next, histories).contains(where: { $0 < $1.count }) {
                let user = Int.random(in: histories.indices, using: &random)
                if next[user] < histories[user].count {
                    rows.append(histories[user][next[user]], caches[user])
                    owners.append(user)
                    next[user] += 1
                }
                let done = !zip(next, histories).contains { $0 < $1.count }
                guard done || Int.random(in: 0..<4, using: &random) == 0 else { continue }
                try streaming.advance(rows, in: store, logits: &logits)
                for (owner, logit) in zip(owners, logits) { scores[owner].append(logit) }
                rows.removeAll()
                owners.removeAll()
            }
            for (got, wanted) in zip(scores, expected) {
                let worst = zip(got, wanted).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? 0
                #expect(got.count == wanted.count && worst < 1e-5, "\(kernels.isa): \(worst), \(model.configuration)")
            }
        }
    }

    /// A row's bits do not depend on the rows beside it, nor on how a user's tokens were cut into batches.
    @Test(arguments: 0..<8 as Range<UInt64>) func batchesDoNotChangeABit(seed: UInt64) throws {
        var random = SplitMix64(seed: 100 + seed)
        let model = try RandomModel(&random)
        let histories = (0..<17).map { _ in model.history(count: 23, &random) }
        for kernels in Self.kernels {
            let streaming = StreamingTransformer(model.weights, kernels: kernels)
            var results: [[Float]] = []
            for size in [1, 3, 64, 17 * 23] {
                let store = KeyValueStore(model.configuration)
                let caches = histories.map { _ in store.allocate() }
                var rows = TokenRows(model.configuration)
                var logits: [Float] = []
                var scores: [Float] = []
                for index in 0..<23 * 17 {
                    rows.append(histories[index % 17][index / 17], caches[index % 17])
                    guard rows.count == size || index == 23 * 17 - 1 else { continue }
                    try streaming.advance(rows, in: store, logits: &logits)
                    scores += logits
                    rows.removeAll()
                }
                results.append(scores)
            }
            #expect(results.allSatisfy { $0 == results[0] }, "\(kernels.isa)")
        }
    }

    /// The last L·(W − 1) tokens bring a cache back bit for bit; one token less does not.
    @Test func aRestoredCacheIsTheSameBits() throws {
        var random = SplitMix64(seed: 200)
        var differing = 0
        for _ in 0..<8 {
            let model = try RandomModel(&random, window: Int.random(in: 2...9, using: &random))
            let needed = model.configuration.historyLength - 1
            let history = model.history(count: needed + 30, &random)
            let split = needed + 10
            let streaming = StreamingTransformer(model.weights)
            let store = KeyValueStore(model.configuration)
            let cache = store.allocate()
            try streaming.warm(model.rows(history[..<split], cache), in: store)
            var wanted: [Float] = []
            try streaming.advance(model.rows(history[split...], cache), in: store, logits: &wanted)
            for kept in [needed, needed - 1] {
                store.reset(cache, position: Int64(split - kept))
                try streaming.warm(model.rows(history[(split - kept)..<split], cache), in: store)
                var got: [Float] = []
                try streaming.advance(model.rows(history[split...], cache), in: store, logits: &got)
                if kept == needed { #expect(got == wanted) } else if got != wanted { differing += 1 }
            }
        }
        // Where the oldest token's weight underflows, its absence cannot show.
        #expect(differing >= 4)
    }

    /// Probes give what advancing would have given, and leave no trace.
    @Test(arguments: 0..<8 as Range<UInt64>) func probesEqualTheRealThing(seed: UInt64) throws {
        var random = SplitMix64(seed: 300 + seed)
        let model = try RandomModel(&random)
        let history = model.history(count: 2 * model.configuration.window + 3, &random)
        let variants = model.history(count: 5, &random)
        let streaming = StreamingTransformer(model.weights)
        let store = KeyValueStore(model.configuration)
        for length in [1, 2, model.configuration.window, history.count - 1] where length < history.count {
            let cache = store.allocate()
            try streaming.warm(model.rows(history[..<length], cache), in: store)
            var next: [Float] = []
            try streaming.probe(model.rows(variants[...], cache), as: .next, in: store, logits: &next)
            var replaced: [Float] = []
            try streaming.probe(model.rows(variants[...], cache), as: .replacement, in: store, logits: &replaced)
            for (index, variant) in variants.enumerated() {
                #expect(next[index] == (try model.score(history[..<length] + [variant], streaming)))
                #expect(replaced[index] == (try model.score(history[..<(length - 1)] + [variant], streaming)))
            }
            var logits: [Float] = []
            try streaming.advance(model.rows([history[length]], cache), in: store, logits: &logits)
            #expect(logits[0] == (try model.score(history[...length], streaming)))
            store.free(cache)
        }
    }

    @Test func badRowsChangeNothing() throws {
        var random = SplitMix64(seed: 1)
        let model = try RandomModel(&random)
        let streaming = StreamingTransformer(model.weights)
        let store = KeyValueStore(model.configuration)
        let cache = store.allocate()
        var logits: [Float] = []
        var rows = model.rows(model.history(count: 2, &random)[...], cache)
        let bins = model.configuration.binCounts.map { UInt16($0) }
        rows.append(
            numbers: Array(repeating: 0, count: rows.numbersPerToken), bins: bins, timeMilliseconds: 0, cache: cache)
        #expect(throws: TransformerError.self) { try streaming.advance(rows, in: store, logits: &logits) }
        #expect(throws: TransformerError.self) { try streaming.probe(rows, as: .next, in: store, logits: &logits) }
        #expect(store.filled(cache) == 0 && store.position(cache) == 0)
        rows.removeAll()
        rows.append(model.history(count: 1, &random)[0], cache)
        #expect(throws: TransformerError.self) {
            try streaming.probe(rows, as: .replacement, in: store, logits: &logits)
        }
    }

    @Test func memoryIsReused() throws {
        var random = SplitMix64(seed: 2)
        let model = try RandomModel(&random)
        let store = KeyValueStore(model.configuration)
        let first = (0..<10).map { _ in store.allocate() }
        let reserved = store.bytesReserved
        #expect(store.bytesInUse == 10 * store.bytesPerCache && reserved >= store.bytesInUse)
        let streaming = StreamingTransformer(model.weights)
        let history = model.history(count: 40, &random)
        try streaming.warm(model.rows(history[...], first[3]), in: store)
        // Not even a poisoned user leaves anything to the next.
        var poison = history[0]
        poison.numbers[0] = .nan
        for cache in first { try streaming.warm(model.rows([poison], cache), in: store) }
        first.forEach(store.free)
        let second = (0..<10).map { _ in store.allocate() }
        #expect(store.bytesReserved == reserved && Set(first) == Set(second))
        for cache in second {
            var logits: [Float] = []
            try streaming.advance(model.rows(history[...2], cache), in: store, logits: &logits)
            #expect(logits[2] == (try model.score(history[...2], streaming)))
        }
    }

    static var kernels: [ck_kernels] {
        [CK_BASELINE, CK_AVX2, CK_AVX512].compactMap { ck_kernels_of($0)?.pointee }
    }
}
