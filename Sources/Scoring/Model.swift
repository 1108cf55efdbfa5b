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

    /// - Throws: `ModelFault` where the parts do not fit together.
    public init(
        configuration: TransformerConfiguration, parameters: Parameters, encoder: Encoder,
        calibration: Calibration = .identity, threshold: Float = 0.5
    ) throws(ModelFault) {
        try self.init(configuration, parameters, encoder, calibration, threshold, directory: "")
    }

    /// - Parameter directory: what faults name before the file, with its slash.
    init(
        _ configuration: TransformerConfiguration, _ parameters: Parameters, _ encoder: Encoder,
        _ calibration: Calibration, _ threshold: Float, directory: String
    ) throws(ModelFault) {
        let fault = Self.fault(configuration, parameters, encoder, calibration, threshold, in: directory)
        if let fault { throw fault }
        self.configuration = configuration
        self.parameters = parameters
        self.encoder = encoder
        self.calibration = calibration
        self.threshold = threshold
        do {
            hash = Self.hash(try Self.json(configuration, threshold: threshold, encoder, calibration), parameters)
        } catch {
            throw ModelFault(file: directory + File.configuration.rawValue, detail: "\(error)")
        }
    }
}
