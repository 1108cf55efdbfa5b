/// The training path: a pre-norm causal transformer with a sliding attention window over packed ragged sequences.
///
/// Holds no weights, only where they lie; any number of threads may use one value, each with its own workspace.
public struct Transformer: Sendable {
    /// The model's shape.
    public let configuration: TransformerConfiguration
    /// Its tensors.
    public let table: TensorTable
    private let embeddings: Embeddings
    private let attention: [Attention]
    private let feedForward: [FeedForward]
    private let heads: Heads

    /// - Throws: `TransformerError` where the configuration is not valid.
    public init(_ configuration: TransformerConfiguration) throws(TransformerError) {
        try configuration.validate()
        BLAS.useOneThread()
        self.configuration = configuration
        let table = TensorTable(configuration)
        self.table = table
        embeddings = Embeddings(configuration, in: table)
        attention = (0..<configuration.layers).map { Attention(layer: $0, configuration, in: table) }
        feedForward = (0..<configuration.layers).map { FeedForward(layer: $0, configuration, in: table) }
        heads = Heads(configuration, in: table)
    }

    /// Computes the logits of all tokens into the workspace.
    /// - Parameter dropoutSeed: draws the dropout masks; nil switches dropout off. Masks depend on this, the sequence's
    ///   key and the place in it, not on the batch.
    /// - Parameter perturbed: adds what `Workspace.perturb` made of the last backward pass to the embeddings.
    /// - Throws: `TransformerError` where the batch has another shape than the model or a bin out of range.
    public func forward(
        _ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace, outputs: Outputs = .classifier,
        dropoutSeed: UInt64? = nil, perturbed: Bool = false
    ) throws(TransformerError) {
        precondition(parameters.table == table && workspace.configuration == configuration, "parts of another model")
        try check(batch)
        workspace.reserve(tokens: batch.count, longest: batch.longest)
        guard batch.count > 0 else { return }
        setTimes(batch, workspace)
        setDropoutKeys(batch, workspace, seed: configuration.dropout > 0 ? dropoutSeed : nil)
        embeddings.forward(batch, parameters, workspace, into: workspace.buffers.layers[0].input)  // (N, d)
        if perturbed { workspace.addPerturbation() }
        for (attention, feedForward) in zip(attention, feedForward) {
            attention.forward(batch, parameters, workspace)
            feedForward.forward(batch, parameters, workspace)
        }
        heads.forward(outputs, parameters, workspace)
    }

    /// Adds the loss's derivatives by the parameters to `gradients`. Follows `forward` with the same batch,
    /// parameters, workspace and outputs, after the caller overwrote the logits by the loss's derivatives by them.
    public func backward(
        _ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace, outputs: Outputs = .classifier,
        into gradients: Parameters
    ) {
        precondition(gradients.table == table && workspace.tokens == batch.count, "not what forward was given")
        guard batch.count > 0 else { return }
        heads.backward(outputs, parameters, workspace, into: gradients)
        for layer in attention.indices.reversed() {
            feedForward[layer].backward(batch, parameters, workspace, into: gradients)
            attention[layer].backward(batch, parameters, workspace, into: gradients)
        }
        embeddings.backward(workspace.buffers.stream, batch, parameters, workspace, into: gradients)
    }

    private func check(_ batch: TokenBatch) throws(TransformerError) {
        let fields = configuration.binCounts.count
        guard batch.numbersPerToken == configuration.numbers, batch.fieldsPerToken == fields else {
            throw TransformerError(
                "tokens have \(batch.numbersPerToken) numbers and \(batch.fieldsPerToken) bins, "
                    + "the model takes \(configuration.numbers) and \(fields)")
        }
        try configuration.check(bins: batch.bins)
    }

    private func setTimes(_ batch: TokenBatch, _ workspace: Workspace) {
        for (token, time) in batch.times.enumerated() {
            let days = EventDays(milliseconds: time)
            workspace.buffers.daysHigh[token] = days.high
            workspace.buffers.daysLow[token] = days.low
        }
    }

    private func setDropoutKeys(_ batch: TokenBatch, _ workspace: Workspace, seed: UInt64?) {
        workspace.rowKeys.removeAll(keepingCapacity: true)
        guard let seed else { return }
        for sequence in 0..<batch.sequenceCount {
            let base = SplitMix64.mix(seed ^ SplitMix64.mix(batch.keys[sequence] &+ 0x9E37_79B9_7F4A_7C15))
            for index in 0..<batch.tokens(of: sequence).count {
                workspace.rowKeys.append(UInt32(truncatingIfNeeded: SplitMix64.mix(base &+ UInt64(index))))
            }
        }
    }
}
