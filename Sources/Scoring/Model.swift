public import Sequences
public import Transformer

/// All that scoring needs of a trained model: it is saved, loaded and hashed as one.
public struct Model: Sendable {
    /// The names of a model directory's files.
    public enum File: String, CaseIterable, Sendable {
        case configuration = "config.json"
        case parameters = "model.safetensors"
        case encoder = "encoder.json"
        case calibration = "calibration.json"
        /// How training went; not part of the hash.
        case metrics = "metrics.json"
        /// The same epoch by epoch, as a table.
        case history = "metrics.csv"
    }

    public let configuration: TransformerConfiguration
    /// Not to be changed: the model is shared between threads.
    public let parameters: Parameters
    public let encoder: Encoder
    public let calibration: Calibration
    /// The probability from which an event is put up for review.
    public let threshold: Float
    /// SHA-256 over the content that scoring depends on, in hexadecimal: equal for equal models.
    public let hash: String
    /// The adapter that is part of it, nil for none.
    public let attached: AttachedAdapter?

    /// What `load` takes for a directory's base without any adapter.
    public static let noAdapter = "none"

    /// - Throws: `ModelFault` where the parts do not fit together.
    public init(
        configuration: TransformerConfiguration, parameters: Parameters, encoder: Encoder,
        calibration: Calibration = .identity, threshold: Float = 0.5
    ) throws(ModelFault) {
        try self.init(configuration, parameters, encoder, calibration, threshold, directory: "")
    }

    /// A base with an adapter on it.
    ///
    /// - Parameters:
    ///   - name: what the adapter is or will be called in the model directory.
    ///   - directory: what faults name before the file, with its slash.
    /// - Throws: `ModelFault` where the adapter was trained on another base or its tensors do not fit.
    public init(
        _ base: Model, with adapter: ModelAdapter, named name: String, in directory: String = ""
    ) throws(ModelFault) {
        let file = "\(directory)adapters/\(name).safetensors"
        let (configuration, parameters) = try adapter.attached(to: base, file: file)
        try self.init(
            configuration, parameters, base.encoder, adapter.description.calibration, adapter.description.threshold,
            directory: "", adapterFile: file, attached: AttachedAdapter(name: name, adapter, on: base))
    }

    /// - Parameters:
    ///   - directory: what faults name before the file, with its slash.
    ///   - adapterFile: what they name instead, where only an adapter can be at fault.
    init(
        _ configuration: TransformerConfiguration, _ parameters: Parameters, _ encoder: Encoder,
        _ calibration: Calibration, _ threshold: Float, directory: String, adapterFile: String? = nil,
        attached: AttachedAdapter? = nil
    ) throws(ModelFault) {
        let fault = Self.fault(configuration, parameters, encoder, calibration, threshold, in: directory)
        if var fault {
            fault.file = adapterFile ?? fault.file
            throw fault
        }
        self.configuration = configuration
        self.parameters = parameters
        self.encoder = encoder
        self.calibration = calibration
        self.threshold = threshold
        self.attached = attached
        do {
            hash = Self.hash(try Self.json(configuration, threshold: threshold, encoder, calibration), parameters)
        } catch {
            throw ModelFault(file: directory + File.configuration.rawValue, detail: "\(error)")
        }
    }
}
