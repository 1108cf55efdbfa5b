/// The one description of a model's tensors: what they are called, their shapes, where they lie in the flat buffer.
public struct TensorTable: Sendable, Hashable {
    /// One tensor.
    public struct Entry: Sendable, Hashable {
        /// Name in files, in Hugging Face's manner.
        public let name: String
        /// PyTorch's layout: a linear layer's weight is (out, in).
        public let shape: [Int]
        /// How it starts.
        public let initialiser: Initialiser
        /// Whether weight decay applies: to matrices, not to biases, norms and time decays.
        public let decays: Bool
        /// First float in the flat buffer, a multiple of 16.
        public let offset: Int
        /// Floats in the tensor.
        public let count: Int
    }

    /// All tensors in the order of the buffer.
    public let entries: [Entry]
    /// Floats in the flat buffer. Every tensor starts on 64 bytes; the padding between tensors is and stays zero.
    public let count: Int
    private let indices: [String: Int]

    /// The tensors of a model of this shape, and behind them those of low-rank updates. The configuration must be valid.
    public init(_ configuration: TransformerConfiguration, lowRank: LowRankShape? = nil) {
        var builder = Builder()
        let d = configuration.width
        builder.linear("embeddings.numbers", inputs: configuration.numbers, outputs: d)
        for (field, bins) in configuration.binCounts.enumerated() {
            builder.add("embeddings.bins.\(field).weight", [bins, d], .normal(deviation: 0.02), decays: true)
        }
        // Branches into the residual stream start smaller the more of them there are (GPT-2).
        let branch = 1 / Float(2 * configuration.layers).squareRoot()
        for layer in 0..<configuration.layers {
            let name = "layers.\(layer)"
            builder.norm("\(name).attention_norm", d)
            builder.linear("\(name).attention.qkv", inputs: d, outputs: 3 * d)
            // Rates from 1 to 1/20 a day: some heads see hours, others months.
            let slowest: Float = configuration.heads > 1 ? -3 : 0
            builder.add(
                "\(name).attention.time_decay", [configuration.heads], .spread(from: 0, to: slowest), decays: false)
            builder.linear("\(name).attention.output", inputs: d, outputs: d, scale: branch)
            builder.norm("\(name).feed_forward_norm", d)
            builder.linear("\(name).feed_forward.up", inputs: d, outputs: configuration.feedForward)
            builder.linear("\(name).feed_forward.down", inputs: configuration.feedForward, outputs: d, scale: branch)
        }
        builder.norm("norm", d)
        builder.linear("classifier", inputs: d, outputs: 1)
        for (head, classes) in configuration.pretrainingClasses.enumerated() {
            builder.linear("pretraining.\(head)", inputs: d, outputs: classes)
        }
        // After the base's, so that those lie where they lie without an adapter.
        for layer in 0..<configuration.layers { builder.adapter("layers.\(layer)", configuration) }
        if let lowRank { builder.lowRank(lowRank) }
        entries = builder.entries
        count = builder.count
        indices = Dictionary(uniqueKeysWithValues: builder.entries.enumerated().map { ($1.name, $0) })
    }

    /// The tensor of this name.
    public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// Where the tensor of this name starts; the caller names tensors the same configuration made.
    func offset(_ name: String) -> Int {
        guard let entry = self[name] else { preconditionFailure("the table has no tensor \(name)") }
        return entry.offset
    }

    private struct Builder {
        var entries: [Entry] = []
        var count = 0

        mutating func add(_ name: String, _ shape: [Int], _ initialiser: Initialiser, decays: Bool) {
            let floats = shape.reduce(1, *)
            entries.append(
                Entry(
                    name: name, shape: shape, initialiser: initialiser, decays: decays, offset: count, count: floats))
            count += floats.paddedToVector
        }

        mutating func adapter(_ layer: String, _ configuration: TransformerConfiguration) {
            let d = configuration.width
            switch configuration.adapter {
            case .bottleneck(let width):
                for part in ["attention_adapter", "feed_forward_adapter"] {
                    linear("\(layer).\(part).down", inputs: d, outputs: width)
                    // Starts as the identity.
                    linear("\(layer).\(part).up", inputs: width, outputs: d, scale: 0)
                }
            case .prefix(let length):
                add("\(layer).attention.prefix.keys", [length, d], .normal(deviation: 0.5), decays: true)
                add("\(layer).attention.prefix.values", [length, d], .normal(deviation: 0.02), decays: true)
            case nil: break
            }
        }

        /// PEFT's names and its start: an update of nothing.
        mutating func lowRank(_ shape: LowRankShape) {
            for dense in entries where LowRankShape.isUpdated(dense) {
                let name = String(dense.name.dropLast(".weight".count))
                let (outputs, inputs) = (dense.shape[0], dense.shape[1])
                if shape.allocated {
                    add("\(name).lora_A", [shape.rank, inputs], .normal(deviation: 0.02), decays: true)
                    add("\(name).lora_E", [shape.rank], .constant(0), decays: false)
                    add("\(name).lora_B", [outputs, shape.rank], .normal(deviation: 0.02), decays: true)
                } else {
                    let limit = 1 / Float(inputs).squareRoot()
                    add("\(name).lora_A", [shape.rank, inputs], .uniform(limit: limit), decays: true)
                    add("\(name).lora_B", [outputs, shape.rank], .constant(0), decays: true)
                }
            }
        }

        mutating func linear(_ name: String, inputs: Int, outputs: Int, scale: Float = 1) {
            let limit = scale / Float(inputs).squareRoot()
            add("\(name).weight", [outputs, inputs], .uniform(limit: limit), decays: true)
            add("\(name).bias", [outputs], .constant(0), decays: false)
        }

        mutating func norm(_ name: String, _ width: Int) {
            add("\(name).weight", [width], .constant(1), decays: false)
            add("\(name).bias", [width], .constant(0), decays: false)
        }
    }
}

extension Int {
    /// Rounded up to a whole number of the widest vectors, 16 floats or 64 bytes.
    var paddedToVector: Int { (self + 15) & ~15 }
}
