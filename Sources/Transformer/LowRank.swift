/// Low-rank updates as a parametrisation of the weights: W' = W + α/r · B diag(E) A, without E where ranks are fixed.
///
/// The model is computed with W' and the gradient by W' is pulled back to A, B and E: the same derivatives as those
/// of a path of its own beside W, and with many tokens and small matrices less work.
public struct LowRank: Sendable {
    /// One dense layer's tensors.
    public struct Update: Sendable {
        /// (out, in)
        public let weight: TensorTable.Entry
        /// (r, in)
        public let a: TensorTable.Entry
        /// (out, r)
        public let b: TensorTable.Entry
        /// (r), nil where ranks are fixed.
        public let e: TensorTable.Entry?
    }

    /// What the updates look like.
    public let shape: LowRankShape
    /// The model's tensors alone: those of merged parameters.
    public let base: TensorTable
    /// The model's tensors, at the same places, and the updates' behind them.
    public let table: TensorTable
    /// All updated layers.
    public let updates: [Update]

    /// - Throws: `TransformerError` where configuration or shape is not valid.
    public init(_ configuration: TransformerConfiguration, _ shape: LowRankShape) throws(TransformerError) {
        try configuration.validate()
        try shape.validate()
        self.shape = shape
        base = TensorTable(configuration)
        let table = TensorTable(configuration, lowRank: shape)
        self.table = table
        updates = base.entries.compactMap { weight in
            let name = weight.name.dropLast(".weight".count)
            guard let a = table["\(name).lora_A"], let b = table["\(name).lora_B"] else { return nil }
            return Update(weight: weight, a: a, b: b, e: table["\(name).lora_E"])
        }
    }

    /// The model's parameters with the updates folded in.
    /// - Parameter merged: of the table `base`, overwritten.
    public func merge(_ parameters: Parameters, into merged: Parameters) {
        precondition(parameters.table == table && merged.table == base, "parameters of another model")
        merged.base.update(from: parameters.base, count: base.count)
        for update in updates {
            let rank = shape.rank
            let inputs = update.weight.shape[1]
            let (a, b, w) = (parameters[update.a], parameters[update.b], merged[update.weight])
            let e = update.e.map { parameters[$0] }
            for row in 0..<update.weight.shape[0] {
                for k in 0..<rank {
                    let factor = b[row * rank + k] * (e?[k] ?? 1) * shape.scale
                    for column in 0..<inputs { w[row * inputs + column] += factor * a[k * inputs + column] }
                }
            }
        }
    }

    /// The merged parameters as a new buffer.
    public func merged(_ parameters: Parameters) -> Parameters {
        let merged = Parameters(base)
        merge(parameters, into: merged)
        return merged
    }

    /// Turns the gradients by the merged parameters into those by the model's and the updates' tensors.
    /// - Parameter gradients: of the table `table`, overwritten.
    public func pullBack(_ merged: Parameters, at parameters: Parameters, into gradients: Parameters) {
        precondition(merged.table == base && gradients.table == table && parameters.table == table, "another model's")
        gradients.clear()
        gradients.base.update(from: merged.base, count: base.count)
        for update in updates {
            let rank = shape.rank
            let inputs = update.weight.shape[1]
            let (a, b, dw) = (parameters[update.a], parameters[update.b], merged[update.weight])
            let (da, db) = (gradients[update.a], gradients[update.b])
            let e = update.e.map { parameters[$0] }
            let de = update.e.map { gradients[$0] }
            for row in 0..<update.weight.shape[0] {
                for k in 0..<rank {
                    let diagonal = (e?[k] ?? 1) * shape.scale
                    var dot: Float = 0
                    for column in 0..<inputs {
                        let slope = dw[row * inputs + column]
                        dot += slope * a[k * inputs + column]
                        da[k * inputs + column] += slope * b[row * rank + k] * diagonal
                    }
                    db[row * rank + k] = dot * diagonal
                    if let de { de[k] += dot * b[row * rank + k] * shape.scale }
                }
            }
        }
    }
}
