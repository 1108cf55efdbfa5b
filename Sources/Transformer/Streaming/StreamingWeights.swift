import CKernels

/// A model's weights packed for scoring token by token. Immutable, shared by all threads.
public final class StreamingWeights: Sendable {
    /// A dense layer: offsets of its packed weight (see `linear.h`) and padded bias.
    struct Dense: Sendable {
        let weight, bias, inputs, outputs: Int
    }

    /// One block; norms are offsets of weight (d) and bias (d).
    struct Layer: Sendable {
        let attentionNorm, feedForwardNorm: (weight: Int, bias: Int)
        let projection, output, up, down: Dense
        /// Bottlenecks after attention and feed-forward, (d, m) and (m, d); nil without.
        let attentionAdapter, feedForwardAdapter: (down: Dense, up: Dense)?
        /// Offsets of learned keys and values, (P, d) each; nil without.
        let prefix: (keys: Int, values: Int)?
        /// Offset of (H): exp of the time decays.
        let rates: Int
    }

    /// The model's shape.
    public let configuration: TransformerConfiguration
    let numbers: Dense
    /// Offset of (d): the embeddings' bias, added with the tables.
    let embeddingBias: Int
    /// Offset of every field's table (bins, d).
    let tables: [Int]
    let layers: [Layer]
    let norm: (weight: Int, bias: Int)
    let classifier: Int
    let classifierBias: Float
    private let buffer: FloatBuffer

    /// Packs the weights of a model of this shape.
    /// - Throws: `TransformerError` where the configuration is not valid or the parameters belong to another.
    public init(_ configuration: TransformerConfiguration, _ parameters: Parameters) throws(TransformerError) {
        try configuration.validate()
        guard parameters.table == TensorTable(configuration) else {
            throw TransformerError("the parameters do not belong to this configuration")
        }
        self.configuration = configuration
        let d = configuration.width
        var packer = Packer(parameters)
        numbers = packer.dense("embeddings.numbers", inputs: configuration.numbers, outputs: d, withBias: false)
        embeddingBias = packer.tensor("embeddings.numbers.bias")
        tables = configuration.binCounts.indices.map { packer.tensor("embeddings.bins.\($0).weight") }
        layers = (0..<configuration.layers).map { layer in
            let name = "layers.\(layer)"
            let feedForward = configuration.feedForward
            return Layer(
                attentionNorm: packer.norm("\(name).attention_norm"),
                feedForwardNorm: packer.norm("\(name).feed_forward_norm"),
                projection: packer.dense("\(name).attention.qkv", inputs: d, outputs: 3 * d),
                output: packer.dense("\(name).attention.output", inputs: d, outputs: d),
                up: packer.dense("\(name).feed_forward.up", inputs: d, outputs: feedForward),
                down: packer.dense("\(name).feed_forward.down", inputs: feedForward, outputs: d),
                attentionAdapter: packer.bottleneck("\(name).attention_adapter", configuration),
                feedForwardAdapter: packer.bottleneck("\(name).feed_forward_adapter", configuration),
                prefix: packer.prefix("\(name).attention.prefix", configuration),
                rates: packer.tensor("\(name).attention.time_decay", exponential))
        }
        norm = packer.norm("norm")
        classifier = packer.tensor("classifier.weight")
        classifierBias = parameters["classifier.bias"]?.first ?? 0
        buffer = FloatBuffer(count: packer.values.count)
        _ = buffer.values.update(fromContentsOf: packer.values)
    }

    /// Bytes the packed weights take.
    public var bytes: Int { buffer.values.count * MemoryLayout<Float>.stride }

    var base: UnsafePointer<Float> { UnsafePointer(buffer.base) }

    /// (outputs, inputs) to panels of 64 output columns, each (inputs, width), the last one's width rounded up to 16.
    static func panels(_ weight: [Float], inputs: Int, outputs: Int) -> [Float] {
        var packed: [Float] = []
        packed.reserveCapacity(inputs * outputs.paddedToVector)
        for first in stride(from: 0, to: outputs.paddedToVector, by: 64) {
            let columns = first..<min(first + 64, outputs.paddedToVector)
            for input in 0..<inputs {
                for output in columns { packed.append(output < outputs ? weight[output * inputs + input] : 0) }
            }
        }
        return packed
    }
}

/// Appends tensors in the layout of the streaming kernels.
private struct Packer {
    let parameters: Parameters
    var values: [Float] = []

    init(_ parameters: Parameters) { self.parameters = parameters }

    /// A tensor as it is, or every value transformed.
    mutating func tensor(_ name: String, _ transform: (Float) -> Float = { $0 }) -> Int {
        append(values(name).map(transform))
    }

    mutating func norm(_ name: String) -> (weight: Int, bias: Int) {
        (tensor("\(name).weight"), tensor("\(name).bias"))
    }

    mutating func dense(_ name: String, inputs: Int, outputs: Int, withBias: Bool = true) -> StreamingWeights.Dense {
        let packed = StreamingWeights.panels(values("\(name).weight"), inputs: inputs, outputs: outputs)
        let bias = withBias ? values("\(name).bias") : Array(repeating: 0, count: outputs)
        return StreamingWeights.Dense(weight: append(packed), bias: append(bias), inputs: inputs, outputs: outputs)
    }

    mutating func bottleneck(
        _ name: String, _ configuration: TransformerConfiguration
    ) -> (down: StreamingWeights.Dense, up: StreamingWeights.Dense)? {
        guard let width = configuration.adapter?.bottleneckWidth, width > 0 else { return nil }
        let d = configuration.width
        return (
            dense("\(name).down", inputs: d, outputs: width), dense("\(name).up", inputs: width, outputs: d)
        )
    }

    mutating func prefix(_ name: String, _ configuration: TransformerConfiguration) -> (keys: Int, values: Int)? {
        guard configuration.adapter?.prefixLength ?? 0 > 0 else { return nil }
        return (tensor("\(name).keys"), tensor("\(name).values"))
    }

    private func values(_ name: String) -> [Float] { parameters[name].map { Array($0) } ?? [] }

    private mutating func append(_ tensor: [Float]) -> Int {
        let offset = values.count
        values.append(contentsOf: tensor)
        values.append(contentsOf: repeatElement(0, count: values.count.paddedToVector - values.count))
        return offset
    }
}
