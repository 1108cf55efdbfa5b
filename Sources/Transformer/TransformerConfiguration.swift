/// The shape of a model: everything its tensors' sizes follow from.
public struct TransformerConfiguration: Codable, Sendable, Hashable {
    /// Attention and feed-forward blocks, L.
    public var layers: Int
    /// Width of the residual stream, d; a multiple of `heads`.
    public var width: Int
    /// Attention heads, H.
    public var heads: Int
    /// Hidden units of the feed-forward part, an absolute count.
    public var feedForward: Int
    /// Tokens a token attends to, itself included, W.
    public var window: Int
    /// Numeric features of a token.
    public var numbers: Int
    /// Bins of every binned feature; a token's bin f is in `0 ..< binCounts[f]`.
    public var binCounts: [Int]
    /// Classes of every next-event head, empty for none.
    public var pretrainingClasses: [Int]
    /// Share of activations dropped in training, `0 ..< 1`.
    public var dropout: Float
    /// What an adapter adds to every layer, nil for none.
    public var adapter: LayerAdapter?

    public init(
        layers: Int = 2, width: Int = 32, heads: Int = 2, feedForward: Int = 64, window: Int = 32, numbers: Int,
        binCounts: [Int], pretrainingClasses: [Int] = [], dropout: Float = 0,
        adapter: LayerAdapter? = nil
    ) {
        self.layers = layers
        self.width = width
        self.heads = heads
        self.feedForward = feedForward
        self.window = window
        self.numbers = numbers
        self.binCounts = binCounts
        self.pretrainingClasses = pretrainingClasses
        self.dropout = dropout
        self.adapter = adapter
    }

    /// Tokens a user's history must keep for an exact restart of all layers, L·(W − 1) + 1.
    public var historyLength: Int { layers * (window - 1) + 1 }

    /// Width of one head, d / H.
    public var headWidth: Int { width / heads }

    /// Checks that every size is positive, within bounds that keep all later arithmetic exact, and that they fit each other.
    /// - Throws: `TransformerError` naming the first field at fault.
    public func validate() throws(TransformerError) {
        try Self.check(layers, in: 1...64, "layers")
        try Self.check(width, in: 1...4096, "width")
        try Self.check(heads, in: 1...256, "heads")
        try Self.check(feedForward, in: 1...16_384, "feedForward")
        try Self.check(window, in: 1...1024, "window")
        try Self.check(numbers, in: 1...4096, "numbers")
        try Self.check(binCounts.count, in: 0...4096, "number of binCounts")
        try Self.check(pretrainingClasses.count, in: 0...256, "number of pretrainingClasses")
        for (field, count) in binCounts.enumerated() { try Self.check(count, in: 1...65_536, "binCounts[\(field)]") }
        for (head, count) in pretrainingClasses.enumerated() {
            try Self.check(count, in: 1...65_536, "pretrainingClasses[\(head)]")
        }
        guard width % heads == 0 else {
            throw TransformerError(field: "width", "\(width) is not a multiple of heads \(heads)")
        }
        guard dropout >= 0, dropout < 1 else {
            throw TransformerError(field: "dropout", "\(dropout) is not in 0 ..< 1")
        }
        switch adapter {
        case .bottleneck(let width): try Self.check(width, in: 1...4096, "adapter.bottleneck.width")
        case .prefix(let length): try Self.check(length, in: 1...LayerAdapter.longestPrefix, "adapter.prefix.length")
        case nil: break
        }
    }

    /// The same model without its adapter.
    public var base: TransformerConfiguration {
        var base = self
        base.adapter = nil
        return base
    }

    private static func check(_ value: Int, in range: ClosedRange<Int>, _ field: String) throws(TransformerError) {
        guard range.contains(value) else {
            throw TransformerError(field: field, "is \(value), must be in \(range)")
        }
    }
}
