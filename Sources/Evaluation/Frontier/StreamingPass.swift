import Scoring
import Sequences
import Transformer

/// Scores a dataset token by token with cached keys and values, as `run` does, and takes the time of it.
struct StreamingPass {
    /// Events scored together: as many as a busy partition's micro-batch.
    static let batch = 256

    let streaming: StreamingTransformer
    let store: KeyValueStore

    /// Logits by row of the dataset, NaN outside [from, to), and the microseconds an event of those inside took: the
    /// median of their batches, which a moment's disturbance does not move.
    func run(
        _ sequences: EncodedSequences, users: [UInt32], times: [Int64], from: Int64, to: Int64
    ) throws(TransformerError) -> (logits: [Float], microseconds: Double) {
        var tokens = [Int](repeating: 0, count: sequences.count)
        for (token, row) in sequences.rows.enumerated() { tokens[row] = token }
        var caches = [KeyValueCache?](repeating: nil, count: sequences.userCount)
        var logits = [Float](repeating: .nan, count: sequences.count)
        var rows = TokenRows(streaming.weights.configuration)
        var waiting: [Int] = []
        var scores: [Float] = []
        var costs: [Double] = []
        let end = times.indices.last { times[$0] < to }
        for row in times.indices where times[row] < to {
            let user = Int(users[row])
            let cache = caches[user] ?? store.allocate()
            caches[user] = cache
            rows.append(sequences, token: tokens[row], cache: cache)
            waiting.append(row)
            guard rows.count == Self.batch || row == end else { continue }
            let started = ContinuousClock.now
            try streaming.advance(rows, in: store, logits: &scores)
            let took = ContinuousClock.now - started
            for (row, score) in zip(waiting, scores) where times[row] >= from { logits[row] = score }
            if waiting.first.map({ times[$0] >= from }) ?? false {
                costs.append(took / .microseconds(1) / Double(waiting.count))
            }
            rows.removeAll()
            waiting.removeAll(keepingCapacity: true)
        }
        return (logits, costs.isEmpty ? 0 : costs.sorted()[costs.count / 2])
    }
}

extension TokenRows {
    /// Appends a token of encoded sequences.
    fileprivate mutating func append(_ sequences: EncodedSequences, token: Int, cache: KeyValueCache) {
        let (numbers, fields) = (sequences.numbersPerToken, sequences.fieldsPerToken)
        sequences.numbers.withUnsafeBufferPointer { allNumbers in
            sequences.bins.withUnsafeBufferPointer { allBins in
                append(
                    numbers: UnsafeBufferPointer(rebasing: allNumbers[token * numbers..<(token + 1) * numbers]),
                    bins: UnsafeBufferPointer(rebasing: allBins[token * fields..<(token + 1) * fields]),
                    timeMilliseconds: sequences.times[token], cache: cache)
            }
        }
    }
}
