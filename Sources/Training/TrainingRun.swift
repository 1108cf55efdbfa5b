import Foundation
import Scoring
import Sequences
import Transformer

/// One run of the trainer: its data made ready, its phases in their order.
struct TrainingRun {
    private let options: TrainingOptions
    /// The options' own, or what suits the labels.
    private let epochs: Int
    private let pretrainingEpochs: Int
    private let slices: LabelSlices
    private let encoder: Encoder
    private let sequences: EncodedSequences
    private let configuration: TransformerConfiguration
    private let pretraining: PretrainingTask
    private let step: TrainingStep
    private let started = ContinuousClock.now
    private var report: TrainingReport

    init(_ dataset: HistoricalDataset, _ options: TrainingOptions) throws(TrainingError) {
        self.options = options
        slices = LabelSlices(dataset, options)
        let events = dataset.times.count { [until = slices.until] in $0 < until }
        guard events > 0 else { throw .noEvents }
        do throws(EncoderFault) {
            let fitted = try Self.encoder(dataset, slices, events: events, options)
            let muted = slices.folds.isEmpty ? [] : dataset.featuresConstantWithinUsers(until: slices.until)
            encoder = muted.isEmpty ? fitted : try fitted.muting(muted)
        } catch {
            throw .model(error.description)
        }
        sequences = EncodedSequences(dataset, encoder: encoder)
        epochs = options.epochs ?? TrainingSchedule.epochs(sequences, slices, options)
        pretrainingEpochs = options.pretrainingEpochs ?? (slices.areFew ? TrainingSchedule.pretrainingEpochs : 0)
        pretraining = PretrainingTask(encoder)
        configuration = TransformerConfiguration(
            layers: options.layers, width: options.width, heads: options.heads, feedForward: options.feedForward,
            window: options.window, numbers: encoder.numberCount, binCounts: encoder.binCounts,
            pretrainingClasses: pretrainingEpochs > 0 ? pretraining.classes : [], dropout: options.dropout)
        do throws(TransformerError) {
            step = try TrainingStep(
                configuration, sequences, batchSequences: options.batchSequences, threads: options.threads)
        } catch {
            throw .model(error.message)
        }
        let labelled = slices.training.count { $0 >= 0 }
        let frauds = slices.training.count { $0 == 1 }
        if epochs > 0, frauds == 0 || frauds == labelled {
            throw .noLabels("\(labelled) labels known before the validation slice, \(frauds) of them fraud")
        }
        var resolved = options
        (resolved.epochs, resolved.pretrainingEpochs) = (epochs, pretrainingEpochs)
        report = TrainingReport(
            options: resolved, events: events, users: dataset.userCount, labelled: labelled, frauds: frauds,
            parameters: TensorTable(configuration).entries.reduce(0) { $0 + $1.count })
    }

    /// Fitted on the training slice's labels and on events before the cut-off only.
    private static func encoder(
        _ dataset: HistoricalDataset, _ slices: LabelSlices, events: Int, _ options: TrainingOptions
    ) throws(EncoderFault) -> Encoder {
        let schema = dataset.extractor.schema
        if events == dataset.count {
            return try Encoder.fit(
                schema: schema, rows: dataset.rows, labels: slices.training, options: options.encoder)
        }
        let width = dataset.extractor.rawCount
        var rows: [UInt32] = []
        rows.reserveCapacity(events * width)
        var labels: [Int8] = []
        for row in 0..<dataset.count where dataset.times[row] < slices.until {
            rows += dataset.rows[row * width..<(row + 1) * width]
            labels.append(slices.training[row])
        }
        return try Encoder.fit(schema: schema, rows: rows, labels: labels, options: options.encoder)
    }

    /// Runs the phases.
    consuming func finish(
        _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        let initial = Parameters(TensorTable(configuration), seed: options.seed)
        try pretrain(initial, progress)
        if !slices.folds.isEmpty { return try finishWithFewLabels(initial, progress) }
        var parameters = initial.copy()
        let best = try train(parameters, slices.training, phase: .training, epochs: epochs, progress)
        let logits = try validationLogits(best.parameters)
        let validation = labelled(logits, slices.validation)
        parameters = best.parameters
        report.bestEpoch = epochs > 0 ? best.epoch : nil
        if options.refit, epochs > 0, !validation.logits.isEmpty {
            parameters = initial
            _ = try train(parameters, slices.all, phase: .refit, epochs: best.epoch, progress)
        }
        return try assemble(parameters, validation)
    }

    /// Trains on all labels that are known; calibration and threshold come from labelled users each held out once.
    private consuming func finishWithFewLabels(
        _ initial: Parameters, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        var heldOut: (logits: [Float], frauds: [Bool]) = ([], [])
        for fold in epochs > 0 ? slices.folds : [] {
            let parameters = initial.copy()
            let labels = slices.training(of: sequences, without: fold)
            _ = try train(parameters, labels, phase: .crossFitting, epochs: epochs, progress)
            let slice = labelled(try logits(parameters, of: fold), slices.training)
            heldOut.logits += slice.logits
            heldOut.frauds += slice.frauds
        }
        let parameters = initial
        _ = try train(parameters, slices.training, phase: .training, epochs: epochs, progress)
        if epochs > 0 {
            report.bestEpoch = epochs
            report.epochs[report.epochs.count - 1].validation = Self.validation(heldOut)
        }
        return try assemble(parameters, heldOut)
    }

    private mutating func pretrain(
        _ parameters: Parameters, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) {
        guard pretrainingEpochs > 0 else { return }
        let chunks = sequences.chunks(
            to: slices.until, context: context, maximumTokens: options.maximumTokens)
        let loop = TrainingLoop(
            phase: .pretraining, task: pretraining, chunks: chunks, epochs: pretrainingEpochs,
            options: options, step: step)
        var before = ContinuousClock.now
        try loop.run(parameters, progress: progress) { (epoch, outcome) throws(TrainingError) in
            report.epochs.append(Self.entry(.pretraining, epoch, outcome, since: &before, nil))
        }
    }

    /// Trains in place; gives the weights of the epoch that ranked the validation slice best.
    private mutating func train(
        _ parameters: Parameters, _ labels: [Int8], phase: TrainingProgress.Phase, epochs: Int,
        _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> (parameters: Parameters, epoch: Int) {
        let ordered = sequences.rows.map { labels[$0] }
        Self.setBias(parameters, labels)
        let task = ClassificationTask(objective: BinaryCrossEntropy(), labels: ordered)
        // Events after the last target would cost time and change nothing.
        let last = zip(ordered, sequences.times).reduce(Int64.min) { $1.0 >= 0 ? max($0, $1.1) : $0 }
        let chunks = sequences.chunks(
            to: last &+ 1, context: context, maximumTokens: options.maximumTokens
        ).filter { task.targets(in: $0) > 0 }
        let loop = TrainingLoop(
            phase: phase, task: task, chunks: chunks, epochs: epochs, options: options, step: step)
        var best = (parameters: parameters, epoch: epochs, precision: -1.0)
        var before = ContinuousClock.now
        try loop.run(parameters, progress: progress) { (epoch, outcome) throws(TrainingError) in
            var validation: TrainingReport.Validation?
            if phase == .training {
                validation = Self.validation(labelled(try validationLogits(parameters), slices.validation))
                let precision = validation?.averagePrecision ?? 0
                // The end of the cycle is where the weights settle: an earlier epoch must be better by more than chance.
                if epoch == epochs, precision > best.precision - Self.chance {
                    best = (parameters, epoch, precision)
                } else if precision > best.precision {
                    best = (parameters.copy(), epoch, precision)
                }
            }
            report.epochs.append(Self.entry(phase, epoch, outcome, since: &before, validation))
        }
        return (best.parameters, best.epoch)
    }

    /// How much average precision on the validation slice differs between equal trainings.
    private static let chance = 0.005

    private var context: Int { configuration.layers * (configuration.window - 1) }

    /// Starts the classifier at the base rate's log-odds, so that the first steps need not learn that frauds are rare.
    private static func setBias(_ parameters: Parameters, _ labels: [Int8]) {
        let frauds = Double(labels.count { $0 == 1 })
        let genuine = Double(labels.count { $0 == 0 })
        guard frauds > 0, genuine > 0, let bias = parameters["classifier.bias"] else { return }
        bias.update(repeating: Float(log(frauds / genuine)))
    }

    private static func entry(
        _ phase: TrainingProgress.Phase, _ epoch: Int, _ outcome: TrainingStep.Outcome,
        since before: inout ContinuousClock.Instant, _ validation: TrainingReport.Validation?
    ) -> TrainingReport.Epoch {
        let now = ContinuousClock.now
        defer { before = now }
        return TrainingReport.Epoch(
            phase: phase, epoch: epoch, loss: outcome.loss / Double(max(1, outcome.targets)), tokens: outcome.tokens,
            seconds: (now - before) / .seconds(1), validation: validation)
    }

    /// Logits by row of the dataset; NaN outside the validation slice.
    private func validationLogits(_ parameters: Parameters) throws(TrainingError) -> [Float] {
        guard slices.validation.contains(where: { $0 >= 0 }) else { return [] }
        do throws(ModelFault) {
            let scorer = try ModelBatchScorer(configuration, parameters, threads: options.threads)
            return try scorer.logits(sequences, from: slices.validationFrom, to: slices.until)
        } catch {
            throw .model(error.description)
        }
    }

    /// Logits by row of the dataset of some users' labelled events; NaN for all others.
    private func logits(_ parameters: Parameters, of users: Set<Int>) throws(TrainingError) -> [Float] {
        do throws(ModelFault) {
            let scorer = try ModelBatchScorer(configuration, parameters, threads: options.threads)
            return try scorer.logits(sequences, of: users, to: slices.until)
        } catch {
            throw .model(error.description)
        }
    }

    private func labelled(_ logits: [Float], _ labels: [Int8]) -> (logits: [Float], frauds: [Bool]) {
        let rows = logits.indices.filter { labels[$0] >= 0 && !logits[$0].isNaN }
        return (rows.map { logits[$0] }, rows.map { labels[$0] == 1 })
    }

    private static func validation(_ slice: (logits: [Float], frauds: [Bool])) -> TrainingReport.Validation? {
        guard !slice.logits.isEmpty else { return nil }
        let ranking = ModelRanking(scores: slice.logits, frauds: slice.frauds)
        func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
        return TrainingReport.Validation(
            events: ranking.events, frauds: ranking.frauds, aucROC: finite(ranking.aucROC),
            averagePrecision: finite(ranking.averagePrecision))
    }

    private consuming func assemble(
        _ parameters: Parameters, _ validation: (logits: [Float], frauds: [Bool])
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        let calibration: Calibration =
            switch options.calibration {
            case .none: .identity
            case .platt: .fitPlatt(logits: validation.logits, frauds: validation.frauds)
            case .isotonic: .fitIsotonic(logits: validation.logits, frauds: validation.frauds)
            }
        let ranking = ModelRanking(
            scores: validation.logits.map { calibration.probability(logit: $0) }, frauds: validation.frauds)
        let threshold = ranking.bestThreshold ?? 0.5
        if ranking.frauds > 0 {
            let (precision, recall) = ranking.precisionAndRecall(threshold: threshold)
            (report.validationPrecision, report.validationRecall) = (precision, recall)
        }
        let model: Model
        do throws(ModelFault) {
            model = try Model(
                configuration: configuration, parameters: parameters, encoder: encoder, calibration: calibration,
                threshold: threshold)
        } catch {
            throw .model(error.description)
        }
        report.threshold = threshold
        report.modelHash = model.hash
        report.seconds = (ContinuousClock.now - started) / .seconds(1)
        return (model, report)
    }
}
