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
    var seconds: Double

    init(_ report: TrainingReport, out: String) {
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
        seconds = report.seconds
    }

    var lines: [String] {
        let trained = trainedParameters < parameters ? ", \(trainedParameters) of them trained" : ""
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
        return lines
    }
}
