import Foundation
public import Scoring
public import Sequences
import Transformer

/// Trains a model on a dataset: fits the encoder, pretrains if asked, trains on the labels known at the cut-off, and
/// chooses epoch, calibration and threshold on the last days of them.
public struct Trainer: Sendable {
    public let options: TrainingOptions
    /// What the training starts from: its encoder, shape and weights; nil for a model from scratch.
    public let base: Model?
    /// Whose scores the model learns to give beside the labels, nil for none.
    public let teacher: Model?

    /// - Parameter base: an adapter it has must be mergeable, and is merged.
    public init(_ options: TrainingOptions, base: Model? = nil, teacher: Model? = nil) {
        self.options = options
        self.base = base
        self.teacher = teacher
    }

    /// - Parameters:
    ///   - dataset: built with a history capacity of layers · (window − 1) + 1; events from the cut-off on are not read.
    ///   - progress: called after every step, on the calling thread.
    /// - Throws: `TrainingError`
    public func train(
        _ dataset: HistoricalDataset, progress: (TrainingProgress) -> Void = { _ in }
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        if let fault = options.fault { throw fault }
        let run = try TrainingRun(dataset, options, base: base, teacher: teacher)
        return try run.finish(progress)
    }
}
