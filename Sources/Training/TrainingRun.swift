import Foundation
import Scoring
import Sequences
import Transformer

/// One run of the trainer: its data made ready, its phases in their order.
struct TrainingRun {
    let options: TrainingOptions
    /// The options' own, or what suits the labels.
    let epochs: Int
    private let pretrainingEpochs: Int
    let slices: LabelSlices
    private let encoder: Encoder
    let sequences: EncodedSequences
    private let base: Model?
    /// The teacher's logits by row of the dataset, NaN where it says nothing; empty without a teacher.
    private var opinions: [Float]
    let trainable: TrainableModel
    private let pretraining: PretrainingTask
    let step: TrainingStep
    private let started = ContinuousClock.now
    var report: TrainingReport

    init(
        _ dataset: HistoricalDataset, _ options: TrainingOptions, base: Model?, teacher: Model?
    ) throws(TrainingError) {
        self.options = options
        self.base = base
        if let fault = Self.fault(base, dataset, options) { throw fault }
        slices = LabelSlices(dataset, options)
        let events = dataset.times.count { [until = slices.until] in $0 < until }
        guard events > 0 else { throw .noEvents }
        do throws(EncoderFault) {
            if let base {
                encoder = base.encoder
            } else {
                let fitted = try Self.encoder(dataset, slices, events: events, options)
                let muted = slices.folds.isEmpty ? [] : dataset.featuresConstantWithinUsers(until: slices.until)
                encoder = muted.isEmpty ? fitted : try fitted.muting(muted)
            }
        } catch {
            throw .model(error.description)
        }
        sequences = EncodedSequences(dataset, encoder: encoder)
        epochs = options.epochs ?? TrainingSchedule.epochs(sequences, slices, options)
        pretrainingEpochs = options.pretrainingEpochs ?? TrainingSchedule.pretrainingEpochs(slices, base: base)
        pretraining = PretrainingTask(encoder)
        var configuration =
            base?.configuration
            ?? TransformerConfiguration(
                layers: options.layers, width: options.width, heads: options.heads, feedForward: options.feedForward,
                window: options.window, numbers: encoder.numberCount, binCounts: encoder.binCounts,
                dropout: options.dropout)
        if pretrainingEpochs > 0 { configuration.pretrainingClasses = pretraining.classes }
        configuration.dropout = options.dropout
        if let teacher {
            opinions = try Self.opinions(of: teacher, on: dataset, before: slices.until, options)
        } else {
            opinions = []
        }
        do throws(TransformerError) {
            trainable = try TrainableModel(configuration, options.method)
            step = try TrainingStep(
                trainable, sequences, batchSequences: options.batchSequences, threads: options.threads)
        } catch {
            throw .model(error.message)
        }
        step.adversarialRadius = options.adversarialRadius
        let labelled = slices.training.count { $0 >= 0 }
        let frauds = slices.training.count { $0 == 1 }
        if epochs > 0, frauds == 0 || frauds == labelled {
            throw .noLabels("\(labelled) labels known before the validation slice, \(frauds) of them fraud")
        }
        var resolved = options
        (resolved.epochs, resolved.pretrainingEpochs) = (epochs, pretrainingEpochs)
        report = TrainingReport(
            options: resolved, events: events, users: dataset.userCount, labelled: labelled, frauds: frauds,
            parameters: TensorTable(trainable.configuration).entries.reduce(0) { $0 + $1.count },
            trainedParameters: trainable.movingCount)
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
        let initial = trainable.initial(base?.parameters, seed: options.seed)
        try pretrain(initial, progress)
        if !slices.folds.isEmpty, epochs > 0 { return try finishWithFewLabels(initial, progress) }
        if slices.lacksFolds, epochs > 0, options.pseudoLabels != nil {
            report.pseudoLabelsFault =
                "pseudo-labels are not used: fewer than two labelled users have a fraud, so none can be held out"
        }
        var parameters = initial.copy()
        let best = try train(parameters, slices.training, phase: .training, epochs: epochs, progress)
        let logits = try validationLogits(best.parameters)
        let validation = labelled(logits, slices.validation)
        parameters = best.parameters
        report.bestEpoch = epochs > 0 ? best.epoch : nil
        if options.refit, epochs > 0, !validation.logits.isEmpty {
            parameters = try refit(initial, after: parameters, epochs: best.epoch, progress)
        }
        return try assemble(parameters, validation)
    }

    /// Trains on all labels, one generation after the other, each with the one before as its teacher.
    private mutating func refit(
        _ initial: Parameters, after first: Parameters, epochs: Int, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> Parameters {
        let isTaughtEnough = slices.all.count { $0 == 1 } >= TrainingOptions.fraudsToTeach
        let asked = options.generations ?? (isTaughtEnough ? 2 : 0)
        let teaches = opinions.isEmpty && asked > 0
        let generations = teaches ? asked : 1
        var parameters = first
        for generation in 0..<generations {
            if teaches { opinions = try logits(parameters, from: .min) }
            parameters = initial.copy()
            _ = try train(
                parameters, slices.all, phase: .refit, epochs: epochs, generation: generation, of: generations, progress
            )
        }
        return parameters
    }

    private mutating func pretrain(
        _ parameters: Parameters, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) {
        guard pretrainingEpochs > 0 else { return }
        let chunks = sequences.chunks(
            to: slices.until, context: context, maximumTokens: options.maximumTokens)
        let loop = TrainingLoop(
            phase: .pretraining, task: pretraining, chunks: chunks, epochs: pretrainingEpochs,
            options: options, model: trainable, step: step)
        var before = ContinuousClock.now
        try loop.run(parameters, progress: progress) { (epoch, outcome) throws(TrainingError) in
            report.epochs.append(Self.entry(.pretraining, epoch, outcome, since: &before, nil))
            return true
        }
    }

    /// Trains in place; gives the weights of the epoch that ranked the validation slice best.
    mutating func train(
        _ parameters: Parameters, _ labels: [Int8], phase: TrainingProgress.Phase, epochs: Int,
        generation: Int = 0, of generations: Int = 1, _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) -> (parameters: Parameters, epoch: Int) {
        let ordered = sequences.rows.map { labels[$0] }
        Self.setBias(parameters, labels)
        var task = ClassificationTask(objective: options.objective.objective, labels: ordered)
        // Events after the last target would cost time and change nothing.
        let last = zip(ordered, sequences.times).reduce(Int64.min) { $1.0 >= 0 ? max($0, $1.1) : $0 }
        if !opinions.isEmpty {
            // The teacher's word on events of the validation slice would give their labels away: it has seen them.
            task.teacher.logits = zip(sequences.rows, sequences.times).map { $1 <= last ? opinions[$0] : .nan }
            task.teacher.weight = options.distillationWeight
        }
        let chunks = sequences.chunks(
            to: last &+ 1, context: context, maximumTokens: options.maximumTokens
        ).filter { task.targets(in: $0) > 0 }
        let loop = TrainingLoop(
            phase: phase, task: task, chunks: chunks, epochs: epochs, options: options, model: trainable, step: step)
        var best = (parameters: parameters, epoch: epochs, precision: -1.0)
        var before = ContinuousClock.now
        try loop.run(parameters, progress: { progress($0.within(generation, of: generations)) }) {
            (epoch, outcome) throws(TrainingError) in
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
            report.epochs.append(
                Self.entry(phase, epoch + generation * epochs, outcome, since: &before, validation))
            guard validation != nil, let patience = options.patience else { return true }
            return epoch - best.epoch < patience
        }
        return (best.parameters, best.epoch)
    }

    /// How much average precision on the validation slice differs between equal trainings.
    private static let chance = 0.005

    var context: Int { trainable.configuration.historyLength - 1 }

    /// Starts the classifier at the base rate's log-odds, so that the first steps need not learn that frauds are rare.
    static func setBias(_ parameters: Parameters, _ labels: [Int8]) {
        let frauds = Double(labels.count { $0 == 1 })
        let genuine = Double(labels.count { $0 == 0 })
        // A base that has learned from labels has another bias than none, and keeps it.
        guard frauds > 0, genuine > 0, let bias = parameters["classifier.bias"], bias.first == 0 else { return }
        bias.update(repeating: Float(log(frauds / genuine)))
    }

    static func entry(
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
        return try logits(parameters, from: slices.validationFrom)
    }

    /// Logits by row of the dataset of events from a moment to the cut-off; NaN for others.
    private func logits(_ parameters: Parameters, from start: Int64) throws(TrainingError) -> [Float] {
        do throws(ModelFault) {
            let scorer = try ModelBatchScorer(
                trainable.configuration, trainable.computed(parameters), threads: options.threads)
            return try scorer.logits(sequences, from: start, to: slices.until)
        } catch {
            throw .model(error.description)
        }
    }

    func labelled(_ logits: [Float], _ labels: [Int8]) -> (logits: [Float], frauds: [Bool]) {
        let rows = logits.indices.filter { labels[$0] >= 0 && !logits[$0].isNaN }
        return (rows.map { logits[$0] }, rows.map { labels[$0] == 1 })
    }

    static func validation(_ slice: (logits: [Float], frauds: [Bool])) -> TrainingReport.Validation? {
        guard !slice.logits.isEmpty else { return nil }
        let ranking = ModelRanking(scores: slice.logits, frauds: slice.frauds)
        func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
        return TrainingReport.Validation(
            events: ranking.events, frauds: ranking.frauds, aucROC: finite(ranking.aucROC),
            averagePrecision: finite(ranking.averagePrecision))
    }

    /// Fitted on logits of events whose labels did not train.
    func calibration(_ validation: (logits: [Float], frauds: [Bool])) -> Calibration {
        switch epochs > 0 ? options.calibration : .none {
        case .none: .identity
        case .platt: .fitPlatt(logits: validation.logits, frauds: validation.frauds)
        case .isotonic: .fitIsotonic(logits: validation.logits, frauds: validation.frauds)
        }
    }

    /// - Parameter own: how the parameters' logits become probabilities; nil where validation's logits are theirs.
    consuming func assemble(
        _ parameters: Parameters, _ validation: (logits: [Float], frauds: [Bool]), calibration own: Calibration? = nil
    ) throws(TrainingError) -> (model: Model, report: TrainingReport) {
        let calibration = calibration(validation)
        let ranking = ModelRanking(
            scores: validation.logits.map { $0.isNaN ? 0 : calibration.probability(logit: $0) },
            frauds: validation.frauds)
        let threshold = epochs > 0 ? ranking.bestThreshold ?? 0.5 : 0.5
        if ranking.frauds > 0 {
            let (precision, recall) = ranking.precisionAndRecall(threshold: threshold)
            (report.validationPrecision, report.validationRecall) = (precision, recall)
        }
        let model: Model
        do throws(ModelFault) {
            if let base, options.method.method.needsBase {
                let method = options.method.method.rawValue
                let adapter = ModelAdapter(
                    method: method, on: base, layers: trainable.configuration.adapter,
                    lowRank: trainable.lowRank?.shape, parameters: parameters, tensors: trainable.moving,
                    calibration: own ?? calibration, threshold: threshold)
                model = try Model(base, with: adapter, named: options.method.adapterName ?? method)
            } else {
                model = try Model(
                    configuration: trainable.configuration, parameters: parameters, encoder: encoder,
                    calibration: own ?? calibration, threshold: threshold)
            }
        } catch {
            throw .model(error.description)
        }
        report.threshold = threshold
        report.modelHash = model.hash
        report.seconds = (ContinuousClock.now - started) / .seconds(1)
        return (model, report)
    }
}
