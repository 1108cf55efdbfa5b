internal import Sequences
internal import Transactions
internal import Transformer

/// Another model on the histories and raw features of a scorer: its own encoding where that differs, caches and logits.
final class ChallengerModel {
    let model: Model
    let caches: KeyValueStore
    let transformer: StreamingTransformer
    private(set) var logits: [Float] = []
    /// (events) each event's row.
    private(set) var rowOfEvent: [Int] = []

    /// Whether the scorer's encoding is this model's too.
    private let sharesEncoding: Bool
    private var rows: TokenRows
    private var numbers: [Float]
    private var bins: [UInt16]

    init(_ model: Model, sharesEncoding: Bool, precision: CachePrecision) throws {
        self.model = model
        self.sharesEncoding = sharesEncoding
        transformer = StreamingTransformer(try StreamingWeights(model.configuration, model.parameters))
        caches = KeyValueStore(model.configuration, precision: precision)
        rows = TokenRows(model.configuration)
        numbers = Array(repeating: 0, count: model.encoder.numberCount)
        bins = Array(repeating: 0, count: model.encoder.binCounts.count)
    }

    func begin(_ events: Int) {
        rows.removeAll()
        rowOfEvent.removeAll(keepingCapacity: true)
        rowOfEvent.append(contentsOf: repeatElement(0, count: events))
    }

    func beginWave() { rows.removeAll() }

    func advance() throws { try transformer.advance(rows, in: caches, logits: &logits) }

    /// A cache for a user, filled from the history.
    func warmCache(_ history: UserHistory) -> KeyValueCache {
        let cache = caches.allocate(position: Int64(clamping: history.eventsSeen) - Int64(history.count))
        history.forEachToken { token, time in
            encode(token)
            append(time: time, cache: cache)
        }
        return cache
    }

    /// Adds an event's row.
    ///
    /// - Parameters:
    ///   - numbers: the scorer's encoding of `raw`, used where this model's is the same.
    ///   - bins: see `numbers`.
    func append(
        _ index: Int, time: EventTime, cache: KeyValueCache, _ raw: [UInt32], _ numbers: [Float], _ bins: [UInt16]
    ) {
        if sharesEncoding {
            rows.append(numbers: numbers, bins: bins, timeMilliseconds: time.milliseconds, cache: cache)
        } else {
            raw.withUnsafeBufferPointer { encode($0) }
            append(time: time, cache: cache)
        }
        rowOfEvent[index] = rows.count - 1
    }

    private func encode(_ token: UnsafeBufferPointer<UInt32>) {
        numbers.withUnsafeMutableBufferPointer { numbers in
            bins.withUnsafeMutableBufferPointer { bins in
                model.encoder.encode(token, numbers: numbers, bins: bins)
            }
        }
    }

    private func append(time: EventTime, cache: KeyValueCache) {
        rows.append(numbers: numbers, bins: bins, timeMilliseconds: time.milliseconds, cache: cache)
    }
}
