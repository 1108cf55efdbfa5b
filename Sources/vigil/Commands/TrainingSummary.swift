import Foundation
import Training

/// What `train` has to tell at its end; all the rest is in the model's `metrics.json`.
struct TrainingSummary: Encodable {
    var model: String
    var modelHash: String
    var events: Int
    var users: Int
    /// Labels trained on, and how many of them fraud.
    var labelled: Int
    var frauds: Int
    var parameters: Int
    /// How many of them training moved.
    var trainedParameters: Int
    var bestEpoch: Int?
    var threshold: Float
    var validation: TrainingReport.Validation?
    var validationPrecision: Double?
    var validationRecall: Double?
    /// Why unlabelled transactions were not learned from though they were to be.
    var pseudoLabelsFault: String?
    /// What the trained part is called, where it stands beside others in the base's directory.
    var adapter: String?
    var seconds: Double

    /// - Parameter adapter: what was written to the base's directory; nil where a model was.
    init(_ report: TrainingReport, out: String, adapter: String?) {
        model = out
        modelHash = report.modelHash
        events = report.events
        users = report.users
        labelled = report.labelled
        frauds = report.frauds
        parameters = report.parameters
        trainedParameters = report.trainedParameters
        bestEpoch = report.bestEpoch
        threshold = report.threshold
        let kept = report.epochs.first { $0.phase == .training && $0.epoch == report.bestEpoch }
        validation = kept?.validation
        validationPrecision = report.validationPrecision
        validationRecall = report.validationRecall
        pseudoLabelsFault = report.pseudoLabelsFault
        self.adapter = adapter
        seconds = report.seconds
    }

    var lines: [String] {
        // Low-rank updates are not among the model's own, and may be more.
        let trained = trainedParameters == parameters ? "" : ", \(trainedParameters) trained"
        var lines = [
            "\(model): \(parameters) parameters\(trained), from \(events) transactions of \(users) users, "
                + "\(labelled) labels, \(frauds) of them fraud; hash \(modelHash)"
        ]
        if let validation {
            lines.append(
                "validation: AUC ROC \(EvaluationText.number(validation.aucROC)), "
                    + "average precision \(EvaluationText.number(validation.averagePrecision)), at the threshold "
                    + "\(threshold) precision \(EvaluationText.number(validationPrecision)) and recall "
                    + EvaluationText.number(validationRecall))
        }
        if let pseudoLabelsFault { lines.append(pseudoLabelsFault) }
        if let adapter {
            lines.append("\(model): use it with --adapter \(adapter); without, the model is what it was")
        }
        return lines
    }
}
