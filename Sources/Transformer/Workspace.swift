import CKernels

/// What a forward pass leaves for the backward pass, and scratch. One per worker thread.
///
/// Grows to the largest batch seen; a batch no larger than an earlier one allocates nothing.
public final class Workspace {
    /// What one bottleneck leaves for its backward pass; N is the capacity in tokens, m its width.
    struct Bottleneck {
        /// (N, d)
        var input: UnsafeMutablePointer<Float>
        /// (N, m) before and after GELU.
        var hidden, activated: UnsafeMutablePointer<Float>
    }

    /// Activations of one block; N is the capacity in tokens.
    struct Layer {
        /// (N, d) the residual stream entering the block.
        var input: UnsafeMutablePointer<Float>
        /// (N, 2) mean and inverse deviation of the first norm, then its output (N, d).
        var attentionStatistics, attentionNormal: UnsafeMutablePointer<Float>
        /// (N, 3d) queries, keys, values.
        var projected: UnsafeMutablePointer<Float>
        /// (H, N, padded W) attention weights, column t is token i − W + 1 + t.
        var probabilities: UnsafeMutablePointer<Float>
        /// (N, d) the heads' outputs side by side.
        var attended: UnsafeMutablePointer<Float>
        /// (N, d) the residual stream between attention and feed-forward.
        var middle: UnsafeMutablePointer<Float>
        /// (N, 2) and (N, d) of the second norm.
        var feedForwardStatistics, feedForwardNormal: UnsafeMutablePointer<Float>
        /// (N, ff) before and after GELU.
        var hidden, activated: UnsafeMutablePointer<Float>
        /// Of the adapters after attention and feed-forward; empty without.
        var attentionBottleneck, feedForwardBottleneck: Bottleneck
        /// (H, N, P) attention weights of the prefixes; empty without.
        var prefixProbabilities: UnsafeMutablePointer<Float>
    }

    /// Buffers of a capacity, all in one allocation.
    struct Buffers {
        var layers: [Layer] = []
        /// (N, d) the residual stream leaving the last block, its norm's statistics (N, 2) and output (N, d).
        var output, statistics, normal: UnsafeMutablePointer<Float>
        /// (N) and, per pretraining head, (N, classes).
        var logits: UnsafeMutablePointer<Float>
        var pretrainingLogits: [UnsafeMutablePointer<Float>] = []
        /// (N) event times in days, high and low part.
        var daysHigh, daysLow: UnsafeMutablePointer<Float>
        /// (N, d) derivative by the residual stream; (N, d) twice and (N, max(3d, ff)) temporaries of backward.
        var stream, narrow, branch, wide: UnsafeMutablePointer<Float>
        /// (N, d) what is added to the embeddings of an adversarial pass.
        var perturbation: UnsafeMutablePointer<Float>
        /// (N, d) derivative by a bottleneck's input; empty without.
        var bottleneck: UnsafeMutablePointer<Float>
        /// Attention's scratch for the longest sequence.
        var scratch: UnsafeMutablePointer<Float>
    }

    let configuration: TransformerConfiguration
    private(set) var buffers: Buffers
    /// (N) dropout keys of the tokens; empty when the last forward had no dropout.
    var rowKeys: [UInt32] = []
    /// Tokens of the last forward.
    private(set) var tokens = 0
    private var memory = FloatBuffer(count: 0)
    private var capacity = 0
    private var longest = 0

    /// An empty workspace for models of this shape.
    public init(_ configuration: TransformerConfiguration) {
        self.configuration = configuration
        buffers = Self.layOut(configuration, capacity: 0, scratch: 0) { [memory] in memory.base + $0 }
    }

    /// (N) logits of the last forward with `.classifier`. Before backward the caller overwrites them by the
    /// derivatives of the loss by the logits.
    public var logits: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffers.logits, count: tokens)
    }

    /// (N, classes) logits of one next-event head, row-major, of the last forward with `.pretraining`; overwritten
    /// by their derivatives before backward. Row i predicts the classes of token i + 1 of the same sequence.
    public func pretrainingLogits(_ head: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: buffers.pretrainingLogits[head], count: tokens * configuration.pretrainingClasses[head])
    }

    /// Makes room for a batch.
    func reserve(tokens: Int, longest: Int) {
        self.tokens = tokens
        guard tokens > capacity || longest > self.longest else { return }
        capacity = max(tokens, capacity + capacity / 4)
        self.longest = max(longest, self.longest)
        let scratch = Kernels.best.attention_scratch(self.longest, configuration.window, configuration.headWidth)
        var floats = 0
        _ = Self.layOut(configuration, capacity: capacity, scratch: scratch) { [memory] in
            floats = max(floats, $0)
            return memory.base
        }
        memory = FloatBuffer(count: floats)
        buffers = Self.layOut(configuration, capacity: capacity, scratch: scratch) { [memory] in memory.base + $0 }
    }

    /// Assigns consecutive offsets to all buffers; `at` turns an offset into an address. The last offset is the total.
    private static func layOut(
        _ configuration: TransformerConfiguration, capacity: Int, scratch: Int,
        at: (Int) -> UnsafeMutablePointer<Float>
    ) -> Buffers {
        var offset = 0
        func take(_ floats: Int) -> UnsafeMutablePointer<Float> {
            defer { offset += floats.paddedToVector }
            return at(offset)
        }
        func rows(_ columns: Int) -> UnsafeMutablePointer<Float> { take(capacity * columns) }
        let d = configuration.width
        let m = configuration.adapter?.bottleneckWidth ?? 0
        let prefixes = configuration.adapter?.prefixLength ?? 0
        func bottleneck() -> Bottleneck {
            Bottleneck(input: rows(m > 0 ? d : 0), hidden: rows(m), activated: rows(m))
        }
        let layers = (0..<configuration.layers).map { _ in
            Layer(
                input: rows(d), attentionStatistics: rows(2), attentionNormal: rows(d), projected: rows(3 * d),
                probabilities: rows(configuration.heads * configuration.window.paddedToVector), attended: rows(d),
                middle: rows(d), feedForwardStatistics: rows(2), feedForwardNormal: rows(d),
                hidden: rows(configuration.feedForward), activated: rows(configuration.feedForward),
                attentionBottleneck: bottleneck(), feedForwardBottleneck: bottleneck(),
                prefixProbabilities: rows(configuration.heads * prefixes))
        }
        let buffers = Buffers(
            layers: layers, output: rows(d), statistics: rows(2), normal: rows(d), logits: rows(1),
            pretrainingLogits: configuration.pretrainingClasses.map { rows($0) }, daysHigh: rows(1), daysLow: rows(1),
            stream: rows(d), narrow: rows(d), branch: rows(d), wide: rows(max(3 * d, configuration.feedForward, m)),
            perturbation: rows(d), bottleneck: rows(m > 0 ? d : 0),
            scratch: take(scratch))
        _ = at(offset)
        return buffers
    }
}

extension Workspace {
    /// The residual stream leaving block `layer`.
    func output(of layer: Int) -> UnsafeMutablePointer<Float> {
        layer + 1 < buffers.layers.count ? buffers.layers[layer + 1].input : buffers.output
    }

    /// Runs `body` with the mask of a dropout site of the last forward.
    func withDropout<R>(site: Int, _ body: (ck_dropout) -> R) -> R {
        guard !rowKeys.isEmpty else { return body(ck_dropout()) }
        let rate = configuration.dropout
        return rowKeys.withUnsafeBufferPointer {
            body(
                ck_dropout(
                    row_keys: $0.baseAddress, site: UInt32(site), threshold: UInt32(rate * 0x1p24),
                    scale: 1 / (1 - rate)))
        }
    }

    /// The derivative of `dropout(y)` by y given that by its output: `gradient` itself, or masked into `branch`.
    func undropped(_ gradient: UnsafeMutablePointer<Float>, site: Int) -> UnsafeMutablePointer<Float> {
        guard !rowKeys.isEmpty else { return gradient }
        let d = configuration.width
        withDropout(site: site) { Kernels.best.dropout(gradient, buffers.branch, tokens, d, $0) }
        return buffers.branch
    }
}
