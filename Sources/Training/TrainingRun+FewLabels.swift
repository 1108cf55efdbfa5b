import Foundation
import Scoring
import Sequences
import Transformer

extension TrainingRun {
    /// Trains where so few users are labelled that no slice of time could validate.
    ///
    /// Each labelled user is held out by one of several models, whose word on the held-out users gives calibration and
    /// threshold. All of them and one that saw every label then teach the model that is kept, on the events that nobody
    /// labelled: what one of them learned by heart the others do not confirm.
    /// - Source: Lee, "Pseudo-label", 2013; the averaged teacher as in Laine and Aila, "Temporal ensembling", 2017.
    consuming func finishWithFewLabels(
        _ initial: Parameters, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        var heldOut: (logits: [Float], frauds: [Bool]) = ([], [])
        var sum = [Float](repeating: 0, count: sequences.count)
        let teaches = options.pseudoLabels != nil
        for fold in slices.folds {
            let parameters = initial.copy()
            let labels = slices.training(of: sequences, without: fold)
            _ = try train(parameters, labels, phase: .crossFitting, epochs: epochs, progress)
            let logits = try logits(parameters, of: teaches ? nil : fold)
            if teaches { sum = zip(sum, logits).map(+) }
            let of = labelled(logits, zip(slices.training, labels).map { $1 < 0 ? $0 : -1 })
            heldOut.logits += of.logits
            heldOut.frauds += of.frauds
        }
        let calibration = calibration(heldOut)
        let parameters = teaches ? initial.copy() : initial
        _ = try train(parameters, slices.training, phase: .training, epochs: epochs, progress)
        report.bestEpoch = epochs
        report.epochs[report.epochs.count - 1].validation = Self.validation(heldOut)
        guard let threshold = options.pseudoLabels else { return try assemble(parameters, heldOut) }
        let own = try logits(parameters, of: nil)
        let teachers = Float(slices.folds.count + 1)
        let opinions = zip(sum, own).map { sum, own in
            Self.opinion(calibration.probability(logit: (sum + own) / teachers), threshold)
        }
        try learn(initial, opinions, progress)
        return try assemble(initial, heldOut, calibration: .identity)
    }

    /// The log-odds that a student is to follow; NaN where the probability is too far from either end.
    private static func opinion(_ probability: Float, _ threshold: Double) -> Float {
        guard Double(max(probability, 1 - probability)) >= threshold else { return .nan }
        let bounded = min(max(Double(probability), 1e-5), 1 - 1e-5)
        return Float(log(bounded / (1 - bounded)))
    }

    /// Trains in place on opinions (rows of the dataset) of events without a label, and on the labels.
    private mutating func learn(
        _ parameters: Parameters, _ opinions: [Float], _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) {
        Self.setBias(parameters, slices.training)
        let labels = sequences.rows.map { slices.training[$0] }
        var task = ClassificationTask(objective: options.objective.objective, labels: labels)
        task.teacher.weight = 1
        task.teacher.logits = zip(sequences.rows, labels).map { $1 >= 0 ? .nan : opinions[$0] }
        let chunks = sequences.chunks(to: slices.until, context: context, maximumTokens: options.maximumTokens)
            .filter { task.targets(in: $0) > 0 }
        let loop = TrainingLoop(
            phase: .pseudoLabels, task: task, chunks: chunks, epochs: TrainingSchedule.epochs, options: options,
            model: trainable, step: step)
        var before = ContinuousClock.now
        try loop.run(parameters, progress: progress) { (epoch, outcome) throws(TrainingError) in
            report.epochs.append(Self.entry(.pseudoLabels, epoch, outcome, since: &before, nil))
            return true
        }
    }

    /// Logits by row of the dataset of some users' events before the cut-off, of everyone's where nil; NaN for others.
    private func logits(_ parameters: Parameters, of users: Set<Int>?) throws(TrainingError) -> [Float] {
        do throws(ModelFault) {
            let scorer = try ModelBatchScorer(
                trainable.configuration, trainable.computed(parameters), threads: options.threads)
            return try scorer.logits(sequences, of: users, to: slices.until)
        } catch {
            throw .model(error.description)
        }
    }
}
