import CKernels

/// The scoring path: one token costs one token, its past being cached keys and values.
///
/// Gives what `Transformer.forward` gives for the whole history, to rounding; and a row's logit is the same bits
/// whatever rows stand beside it. One per thread: it owns scratch that grows to the largest batch and then no more.
public final class StreamingTransformer {
    /// Where a probe stands in its user's history.
    public enum Probe: Sendable {
        /// As if it came after the newest token.
        case next
        /// As if it had come in the newest token's place. The cache must hold a token.
        case replacement
    }

    /// What happens to the caches.
    private enum Mode: Equatable {
        case advance, warm
        case probe(Probe)
    }

    /// The weights it scores with.
    public let weights: StreamingWeights
    private let kernels: ck_kernels
    private var rings: [ck_ring_row] = []
    private var memory = FloatBuffer(count: 0)
    private var capacity = 0
    /// (rows) logits of the batch.
    private var logitMemory = FloatBuffer(count: 0)
    private var heads: [ClassifierHead] = []
    /// (heads, as many rows as `logitMemory`) logits of the last advance.
    private var headMemory = FloatBuffer(count: 0)
    private var advanced = 0
    /// Rows that go through the layers together.
    private static let chunk = 256

    /// A scorer on the widest instruction set of the machine.
    public convenience init(_ weights: StreamingWeights) { self.init(weights, kernels: Kernels.best) }

    init(_ weights: StreamingWeights, kernels: ck_kernels) {
        self.weights = weights
        self.kernels = kernels
    }

    /// Appends every row's token to its cache and computes its logit. Rows of one cache count in their order.
    /// - Parameter logits: gets one value a row.
    /// - Throws: `TransformerError` for rows of another model's shape or a bin out of range, before any cache changes.
    public func advance(
        _ rows: TokenRows, in store: KeyValueStore, logits: inout [Float]
    ) throws(TransformerError) {
        try run(rows, store, .advance)
        advanced = rows.count
        read(rows.count, &logits)
    }

    /// Has every `advance` compute the logits of another classifier on the same trunk too.
    /// - Returns: its number, for `read(head:into:)`.
    public func add(_ head: ClassifierHead) -> Int {
        heads.append(head)
        headMemory = FloatBuffer(count: heads.count * logitMemory.values.count)
        return heads.count - 1
    }

    /// Another classifier's logits of the last `advance`, one a row: the bits that a model with it would give.
    public func read(head: Int, into logits: inout [Float]) {
        logits.removeAll(keepingCapacity: true)
        let start = headMemory.base + head * logitMemory.values.count
        logits.append(contentsOf: UnsafeBufferPointer(start: start, count: advanced))
    }

    /// Appends every row's token to its cache, without logits.
    /// - Throws: as `advance`.
    public func warm(_ rows: TokenRows, in store: KeyValueStore) throws(TransformerError) {
        try run(rows, store, .warm)
    }

    /// Computes every row's logit as `probe` says, each row for itself, and leaves the caches as they were.
    /// - Throws: as `advance`, and where a replacement meets an empty cache.
    public func probe(
        _ rows: TokenRows, as probe: Probe, in store: KeyValueStore, logits: inout [Float]
    ) throws(TransformerError) {
        try run(rows, store, .probe(probe))
        read(rows.count, &logits)
    }

    private func run(_ rows: TokenRows, _ store: KeyValueStore, _ mode: Mode) throws(TransformerError) {
        let configuration = weights.configuration
        precondition(store.configuration == configuration, "a store of another model")
        guard rows.numbersPerToken == configuration.numbers, rows.fieldsPerToken == configuration.binCounts.count else {
            throw TransformerError("tokens of another shape than the model's")
        }
        try configuration.check(bins: rows.bins)
        guard rows.count > 0 else { return }
        if mode == .probe(.replacement) {
            for (row, cache) in rows.caches.enumerated() where store.newest(cache) == nil {
                throw TransformerError("row \(row): a replacement in an empty cache")
            }
        }
        reserve(min(rows.count, Self.chunk), logits: rows.count)
        for first in stride(from: 0, to: rows.count, by: Self.chunk) {
            run(rows, first..<min(first + Self.chunk, rows.count), store, mode)
        }
    }

    /// One chunk of the rows through all layers: what lies between the layers stays in the second-level cache.
    private func run(_ rows: TokenRows, _ range: Range<Int>, _ store: KeyValueStore, _ mode: Mode) {
        place(rows, range, store, mode)
        let n = range.count
        let d = weights.configuration.width
        let w = weights.base
        let x = stream  // (n, d)
        rows.numbers.withUnsafeBufferPointer { numbers in
            guard let start = numbers.baseAddress else { return }
            dense(weights.numbers, start + range.lowerBound * rows.numbersPerToken, into: x, rows: n)
        }
        rows.bins.withUnsafeBufferPointer { bins in
            // A model may have no binned field: then there is only the bias to add.
            let start = bins.baseAddress.map { $0 + range.lowerBound * rows.fieldsPerToken }
            kernels.embed(x, w + weights.embeddingBias, w, weights.tables, start, n, weights.tables.count, d)
        }
        for (index, layer) in weights.layers.enumerated() {
            normalise(layer.attentionNorm, x, rows: n)
            dense(layer.projection, normal, into: wide, rows: n)  // (n, 3d)
            // The last layer's keys and values are all that warming needs of it.
            let last = mode == .warm && index + 1 == weights.layers.count
            attend(layer, index, store, mode, rows: n, writeOnly: last)
            if last { break }
            branch(layer.output, layer.attentionAdapter, normal, into: x, rows: n)
            normalise(layer.feedForwardNorm, x, rows: n)
            dense(layer.up, normal, into: wide, rows: n, CK_GELU)  // (n, ff)
            branch(layer.down, layer.feedForwardAdapter, wide, into: x, rows: n)
        }
        guard mode != .warm else { return }
        normalise(weights.norm, x, rows: n)
        let logits = logitMemory.base + range.lowerBound
        kernels.dot_rows(normal, w + weights.classifier, weights.classifierBias, logits, n, d)
        guard mode == .advance else { return }
        for index in heads.indices {
            let logits = headMemory.base + index * logitMemory.values.count + range.lowerBound
            kernels.dot_rows(normal, heads[index].base, heads[index].bias, logits, n, d)
        }
    }

    /// Finds every row's cache, slot and time, and counts the tokens in unless they are probes.
    private func place(_ rows: TokenRows, _ range: Range<Int>, _ store: KeyValueStore, _ mode: Mode) {
        rings.removeAll(keepingCapacity: true)
        for row in range {
            let (cache, time) = (rows.caches[row], rows.times[row])
            let place = mode == .probe(.replacement) ? store.newest(cache) ?? store.next(cache) : store.next(cache)
            let days = EventDays(milliseconds: time)
            rings.append(
                ck_ring_row(
                    cache: store.address(cache), slot: place.slot, filled: place.filled, days_high: days.high,
                    days_low: days.low))
            if mode == .advance || mode == .warm { store.push(cache) }
        }
    }

    /// normal (n, d) = attention of wide (n, 3d) over the rings of one layer.
    private func attend(
        _ layer: StreamingWeights.Layer, _ index: Int, _ store: KeyValueStore, _ mode: Mode, rows: Int, writeOnly: Bool
    ) {
        let configuration = weights.configuration
        var ring = ck_ring()
        ring.window = configuration.window
        ring.width = configuration.width
        ring.heads = configuration.heads
        ring.head_width = configuration.headWidth
        ring.offset = index * store.layerBytes
        ring.precision = store.precision.kernel
        ring.scale = 1 / Float(configuration.headWidth).squareRoot()
        ring.horizon = Attention.horizon
        ring.rates = weights.base + layer.rates
        if let prefix = layer.prefix {
            ring.prefixes = configuration.adapter?.prefixLength ?? 0
            ring.prefix_keys = weights.base + prefix.keys
            ring.prefix_values = weights.base + prefix.values
        }
        let changesCaches = mode == .advance || mode == .warm
        kernels.ring_attention(&ring, rings, rows, wide, writeOnly ? nil : normal, changesCaches ? nil : saved)
    }

    private func normalise(_ norm: (weight: Int, bias: Int), _ x: UnsafePointer<Float>, rows: Int) {
        let w = weights.base
        let d = weights.configuration.width
        kernels.layer_norm(x, w + norm.weight, w + norm.bias, normal, nil, rows, d, LayerNorm.epsilon)
    }

    /// y = epilogue(x W + b); the residual epilogue adds to y.
    private func dense(
        _ layer: StreamingWeights.Dense, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int,
        _ epilogue: ck_epilogue = CK_PLAIN
    ) {
        let w = weights.base
        kernels.linear(x, w + layer.weight, w + layer.bias, y, y, rows, layer.inputs, layer.outputs, epilogue)
    }

    /// x += W h + b, by way of the adapter where there is one.
    private func branch(
        _ layer: StreamingWeights.Dense, _ adapter: (down: StreamingWeights.Dense, up: StreamingWeights.Dense)?,
        _ h: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>, rows: Int
    ) {
        guard let adapter else { return dense(layer, h, into: x, rows: rows, CK_RESIDUAL) }
        dense(layer, h, into: narrow, rows: rows)  // (n, d)
        for index in 0..<rows * layer.outputs { x[index] += narrow[index] }
        dense(adapter.down, narrow, into: wide, rows: rows, CK_GELU)  // (n, m)
        dense(adapter.up, wide, into: x, rows: rows, CK_RESIDUAL)
    }

    private func read(_ count: Int, _ logits: inout [Float]) {
        logits.removeAll(keepingCapacity: true)
        logits.append(contentsOf: UnsafeBufferPointer(start: logitMemory.base, count: count))
    }
}

// Scratch, all in one buffer: for `capacity` rows the stream (d), the norms' and attention's output (d), projections
// and hidden units (max(3d, ff, m)); what a probe puts back (2d + 4), and with adapters a branch (d).
extension StreamingTransformer {
    private var stream: UnsafeMutablePointer<Float> { memory.base }
    private var normal: UnsafeMutablePointer<Float> { stream + (capacity * weights.configuration.width).paddedToVector }
    private var wide: UnsafeMutablePointer<Float> { normal + (capacity * weights.configuration.width).paddedToVector }
    private var saved: UnsafeMutablePointer<Float> { wide + (capacity * widest).paddedToVector }
    private var narrow: UnsafeMutablePointer<Float> { saved + (2 * weights.configuration.width + 4).paddedToVector }
    private var widest: Int {
        let configuration = weights.configuration
        return max(3 * configuration.width, configuration.feedForward, configuration.adapter?.bottleneckWidth ?? 0)
    }

    private func reserve(_ rows: Int, logits: Int) {
        if logits > logitMemory.values.count {
            logitMemory = FloatBuffer(count: max(logits, 2 * logitMemory.values.count))
            headMemory = FloatBuffer(count: heads.count * logitMemory.values.count)
        }
        guard rows > capacity else { return }
        capacity = max(rows, 2 * capacity)
        let d = weights.configuration.width
        let floats = 2 * (capacity * d).paddedToVector + (capacity * widest).paddedToVector
        let branch = weights.configuration.adapter == nil ? 0 : capacity * d
        memory = FloatBuffer(count: floats + (2 * d + 4).paddedToVector + branch)
    }
}
