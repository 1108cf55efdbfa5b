public import Foundation

/// How a training run went: what `metrics.json` holds.
public struct TrainingReport: Sendable, Codable {
    /// One pass over the data.
    public struct Epoch: Sendable, Codable {
        public var phase: TrainingProgress.Phase
        /// Counted from 1 within the phase.
        public var epoch: Int
        public var loss: Double
        public var tokens: Int
        public var seconds: Double
        /// Of the validation slice; nil where there is none.
        public var validation: Validation?
    }

    /// Ranking of the validation slice.
    public struct Validation: Sendable, Codable {
        public var events: Int
        public var frauds: Int
        public var aucROC: Double?
        public var averagePrecision: Double?
    }

    public var options: TrainingOptions
    /// Events before the cut-off, of how many users.
    public var events: Int
    public var users: Int
    /// Labels trained on.
    public var labelled: Int
    public var frauds: Int
    /// Floats in the model's tensors.
    public var parameters: Int
    /// Floats that training moved.
    public var trainedParameters: Int
    public var epochs: [Epoch] = []
    /// The epoch of the first training whose weights or length were kept, counted from 1.
    public var bestEpoch: Int?
    /// At the threshold, on the validation slice.
    public var validationPrecision: Double?
    public var validationRecall: Double?
    public var threshold: Float = 0.5
    /// Why unlabelled events were not learned from though they were to be.
    public var pseudoLabelsFault: String?
    public var modelHash = ""
    public var seconds = 0.0

    /// As written to `metrics.csv`: one line an epoch.
    public func csv() -> Data {
        let lines = epochs.map { epoch in
            let validation = [epoch.validation?.aucROC, epoch.validation?.averagePrecision]
            return "\(epoch.phase.rawValue),\(epoch.epoch),\(epoch.loss),\(epoch.tokens),\(epoch.seconds),"
                + validation.map { $0.map { "\($0)" } ?? "" }.joined(separator: ",")
        }
        let header = "phase,epoch,loss,tokens,seconds,validation_auc_roc,validation_average_precision"
        return Data(([header] + lines).map { $0 + "\n" }.joined().utf8)
    }

    /// As written to `metrics.json`, keys in snake case.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }
}
