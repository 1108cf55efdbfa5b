public import Scoring
public import Sequences
public import Transactions

/// Scores a stretch of a dataset with a model and compares with the truth.
public struct Evaluator: Sendable {
    private let model: Model
    private let threads: Int

    public init(_ model: Model, threads: Int = 2) {
        self.model = model
        self.threads = threads
    }

    /// The figures over the labelled events with times in [from, to); earlier events only give the context.
    ///
    /// - Parameter dataset: built with the model's schema and a history capacity of its `historyLength`.
    /// - Throws: `ModelFault` where the dataset is not the model's.
    public func evaluate(
        _ dataset: HistoricalDataset, from: EventTime, to: EventTime
    ) throws(ModelFault) -> EvaluationReport {
        let scores = try probabilities(dataset, from: from, to: to)
        let rows = scores.indices.filter { !scores[$0].isNaN && dataset.labels[$0] >= 0 }
        return EvaluationReport(
            probabilities: rows.map { scores[$0] }, frauds: rows.map { dataset.labels[$0] == 1 },
            users: rows.map { dataset.users[$0] }, times: rows.map { dataset.times[$0] })
    }

    /// Calibrated probabilities by row of the dataset; NaN outside [from, to).
    ///
    /// - Throws: `ModelFault` where the dataset is not the model's.
    public func probabilities(
        _ dataset: HistoricalDataset, from: EventTime, to: EventTime
    ) throws(ModelFault) -> [Float] {
        guard dataset.extractor.layout == model.encoder.extractor.layout else {
            throw ModelFault(
                file: Model.File.encoder.rawValue, field: "schema",
                detail: "the dataset's features are not those the model was trained on")
        }
        let sequences = EncodedSequences(dataset, encoder: model.encoder)
        let scorer = try ModelBatchScorer(model, threads: threads)
        let logits = try scorer.logits(sequences, from: from.milliseconds, to: to.milliseconds)
        return logits.map { model.calibration.probability(logit: $0) }
    }
}
