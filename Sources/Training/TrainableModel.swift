import Transformer

/// A model as a method trains it: which tensors the optimiser holds, which of them it moves, and the weights that follow.
struct TrainableModel: Sendable {
    /// Of the model that is computed, with what an adapter adds to its layers.
    let configuration: TransformerConfiguration
    let lowRank: LowRank?
    /// The tensors that the optimiser holds.
    let table: TensorTable
    /// Those that it moves.
    let moving: [TensorTable.Entry]

    /// - Throws: `TransformerError` where base and method do not fit.
    init(_ base: TransformerConfiguration, _ options: MethodOptions) throws(TransformerError) {
        var configuration = base
        switch options.method {
        case .adapter: configuration.adapter = .bottleneck(width: options.bottleneckWidth)
        case .prefix: configuration.adapter = .prefix(length: options.prefixLength)
        default: break
        }
        try configuration.validate()
        self.configuration = configuration
        var shape = options.lowRank
        shape.allocated = options.rankBudget != nil
        lowRank = options.method == .lora ? try LowRank(configuration, shape) : nil
        table = lowRank?.table ?? TensorTable(configuration)
        let given = TensorTable(base)
        moving = table.entries.filter { entry in
            switch options.method {
            case .full, .pretrain: true
            case .head: Self.isHead(entry)
            case .bitfit: Self.isHead(entry) || Self.isBias(entry)
            case .lora:
                Self.isHead(entry) || given[entry.name] == nil || options.withBiases && Self.isBias(entry)
                    || options.withNumbers && entry.name == "embeddings.numbers.weight"
            case .adapter, .prefix: Self.isHead(entry) || given[entry.name] == nil
            }
        }
    }

    private static func isHead(_ entry: TensorTable.Entry) -> Bool { entry.name.hasPrefix("classifier.") }

    private static func isBias(_ entry: TensorTable.Entry) -> Bool {
        entry.name.hasSuffix(".bias") && !entry.name.hasPrefix("pretraining.")
    }

    /// Floats that training moves.
    var movingCount: Int { moving.reduce(0) { $0 + $1.count } }

    /// The tensors to start from: the base's, and fresh ones for what the method adds.
    func initial(_ base: Parameters?, seed: UInt64) -> Parameters {
        let parameters = Parameters(table, seed: seed)
        guard let base else { return parameters }
        for entry in base.table.entries {
            guard let place = table[entry.name], place.shape == entry.shape else { continue }
            _ = parameters[place].update(fromContentsOf: base[entry])
        }
        return parameters
    }

    /// The weights that the model is computed with.
    func computed(_ parameters: Parameters) -> Parameters { lowRank?.merged(parameters) ?? parameters }
}
