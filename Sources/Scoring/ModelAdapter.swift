public import Transformer

/// What a parameter-efficient training leaves: the tensors it added or replaced on a base model, and the calibration
/// and threshold that go with them. Several can stand on one base.
public struct ModelAdapter: Sendable {
    /// All but the tensors: what the file's metadata says.
    struct Description: Codable, Sendable {
        var method: String
        var base: String
        var layers: LayerAdapter?
        var lowRank: LowRankShape?
        var calibration: Calibration
        var threshold: Float
        /// Names of the tensors, so that a file with fewer or others is none.
        var tensors: [String]
    }

    /// One tensor, added to the base's or in the place of one of them.
    public struct Tensor: Sendable {
        public let name: String
        public let shape: [Int]
        public let values: [Float]
        /// Where the header of the file it was read from speaks of it.
        var headerOffset: Int?
    }

    let description: Description
    /// In the order of the file.
    public let tensors: [Tensor]

    /// The method that trained it, such as `lora`.
    public var method: String { description.method }
    /// The hash of the model it stands on.
    public var baseHash: String { description.base }
    /// Floats it holds.
    public var parameterCount: Int { tensors.reduce(0) { $0 + $1.values.count } }
    /// Whether it can be folded into the base's weights: low-rank updates and replaced tensors can, parts that every
    /// layer computes beside its own cannot.
    public var isMergeable: Bool { description.layers == nil }

    /// - Parameters:
    ///   - parameters: of the base's table with what `layers` and `lowRank` add to it.
    ///   - tensors: those that were trained; all that the base does not have must be among them.
    public init(
        method: String, on base: Model, layers: LayerAdapter?, lowRank: LowRankShape?, parameters: Parameters,
        tensors: [TensorTable.Entry], calibration: Calibration, threshold: Float
    ) {
        description = Description(
            method: method, base: base.hash, layers: layers, lowRank: lowRank, calibration: calibration,
            threshold: threshold, tensors: tensors.map(\.name).sorted())
        self.tensors = tensors.map { Tensor(name: $0.name, shape: $0.shape, values: Array(parameters[$0])) }
    }

    init(_ description: Description, _ tensors: [Tensor]) {
        self.description = description
        self.tensors = tensors
    }

    /// The base with the adapter on it: low-rank updates merged, bottlenecks and prefixes as parts of every layer.
    ///
    /// - Parameter file: what faults name.
    /// - Throws: `ModelFault` where it was trained on another base or its tensors do not fit.
    func attached(to base: Model, file: String) throws(ModelFault) -> (TransformerConfiguration, Parameters) {
        guard baseHash == base.hash else {
            throw ModelFault(
                file: file, field: "base", detail: "was trained on the model \(baseHash), this one is \(base.hash)")
        }
        var configuration = base.configuration
        configuration.adapter = description.layers
        do throws(TransformerError) {
            try configuration.validate()
            try description.lowRank?.validate()
        } catch {
            throw ModelFault(file: file, detail: error.message)
        }
        let parameters = Parameters(TensorTable(configuration, lowRank: description.lowRank))
        for entry in base.parameters.table.entries {
            guard let place = parameters.table[entry.name] else { continue }
            _ = parameters[place].update(fromContentsOf: base.parameters[entry])
        }
        var missing = Set(parameters.table.entries.map(\.name)).subtracting(base.parameters.table.entries.map(\.name))
        for tensor in tensors {
            func fault(_ detail: String) -> ModelFault {
                ModelFault(file: file, field: tensor.headerOffset.map { "byte \($0)" } ?? tensor.name, detail: detail)
            }
            guard let entry = parameters.table[tensor.name] else {
                throw fault("the model has no tensor \(tensor.name)")
            }
            guard entry.shape == tensor.shape else {
                throw fault("\(tensor.name) has shape \(tensor.shape), the model's is \(entry.shape)")
            }
            _ = parameters[entry].update(fromContentsOf: tensor.values)
            missing.remove(tensor.name)
        }
        if let name = missing.min() { throw ModelFault(file: file, field: name, detail: "is missing") }
        guard let shape = description.lowRank else { return (configuration, parameters) }
        do throws(TransformerError) {
            return (configuration, try LowRank(configuration, shape).merged(parameters))
        } catch {
            throw ModelFault(file: file, detail: error.message)
        }
    }
}
