import Foundation
import Scoring
import Sequences
import Transformer

/// One adaptation: data made ready, training, comparison.
struct AdaptationRun {
    private let options: AdaptationOptions
    private let champion: Model
    private let slices: AdaptationSlices
    private let sequences: EncodedSequences
    private let trainable: TrainableModel
    private let step: TrainingStep
    private let started = ContinuousClock.now

    init(_ champion: Model, _ dataset: HistoricalDataset, _ options: AdaptationOptions) throws {
        guard champion.encoder.extractor.layout == dataset.extractor.layout else {
            throw TrainingError.option(field: "schema", expected: "the champion's features")
        }
        self.options = options
        self.champion = champion
        slices = AdaptationSlices(dataset, options)
        sequences = EncodedSequences(dataset, encoder: champion.encoder)
        var configuration = champion.configuration
        configuration.dropout = options.training.dropout
        trainable = try TrainableModel(configuration, options.training.method)
        step = try TrainingStep(
            trainable, sequences, batchSequences: options.training.batchSequences, threads: options.training.threads)
        let labelled = slices.new.count { $0 >= 0 }
        guard labelled > 0 else {
            throw TrainingError.noLabels(
                "none of the new events that train has a label known by the cut-off; "
                    + "\(slices.late.count { $0 >= 0 }) later ones are kept for measuring")
        }
        guard slices.old.contains(1) else {
            throw TrainingError.noLabels("the old slice has no fraud to measure forgetting by")
        }
    }

    func finish(_ progress: (TrainingProgress) -> Void) throws -> (challenger: Model, report: AdaptationReport) {
        let before = try logits(champion.configuration, champion.parameters)
        var task = ClassificationTask(
            objective: options.training.objective.objective, labels: sequences.rows.map { slices.training[$0] })
        if options.penalty == .distill {
            task.teacher.logits = sequences.rows.map { slices.training[$0] >= 0 ? before[$0] : .nan }
            task.teacher.weight = options.penaltyWeight
        }
        let parameters = trainable.initial(champion.parameters, seed: options.training.seed)
        if options.penalty == .ewc { step.penalty = try penalty(parameters) }
        var report = AdaptationReport(
            options: options, championHash: champion.hash, new: slices.new.count { $0 >= 0 },
            rehearsed: slices.rehearsed.count { $0 >= 0 }, trainedParameters: trainable.movingCount,
            parameters: champion.parameters.table.entries.reduce(0) { $0 + $1.count })
        try train(parameters, task, &report, progress)
        let computed = trainable.computed(parameters)
        let after = try logits(trainable.configuration, computed)
        report.old = Self.compare(before, after, slices.old)
        report.late = Self.compare(before, after, slices.late)
        let challenger = try model(parameters, after)
        report.challengerHash = challenger.hash
        report.seconds = (ContinuousClock.now - started) / .seconds(1)
        return (challenger, report)
    }

    private func train(
        _ parameters: Parameters, _ task: ClassificationTask, _ report: inout AdaptationReport,
        _ progress: (TrainingProgress) -> Void
    ) throws(TrainingError) {
        var training = options.training
        training.method.rankBudget = trainable.lowRank == nil ? nil : training.method.rankBudget
        let loop = TrainingLoop(
            phase: .training, task: task, chunks: chunks.filter { task.targets(in: $0) > 0 }, epochs: training.epochs,
            options: training, model: trainable, step: step)
        var before = ContinuousClock.now
        var epochs: [TrainingReport.Epoch] = []
        try loop.run(parameters, progress: progress) { (epoch, outcome) throws(TrainingError) in
            let now = ContinuousClock.now
            epochs.append(
                TrainingReport.Epoch(
                    phase: .training, epoch: epoch, loss: outcome.loss / Double(max(1, outcome.targets)),
                    tokens: outcome.tokens, seconds: (now - before) / .seconds(1)))
            before = now
            return true
        }
        report.epochs = epochs
    }

    private var chunks: [SequenceChunk] {
        sequences.chunks(
            from: slices.oldFrom, to: slices.until, context: champion.configuration.historyLength - 1,
            maximumTokens: options.training.maximumTokens)
    }

    /// Elastic weight consolidation around the champion, by its old labels that are rehearsed.
    private func penalty(_ parameters: Parameters) throws(TransformerError) -> WeightPenalty {
        let task = ClassificationTask(
            objective: BinaryCrossEntropy(), labels: sequences.rows.map { slices.rehearsed[$0] })
        let fisher = try WeightPenalty.fisher(
            step, chunks.filter { task.targets(in: $0) > 0 }, task, at: parameters)
        return WeightPenalty(
            anchor: trainable.computed(parameters).copy(), fisher: fisher, strength: options.penaltyWeight)
    }

    /// By row of the dataset, from the old slice on; NaN before.
    private func logits(_ configuration: TransformerConfiguration, _ parameters: Parameters) throws -> [Float] {
        try ModelBatchScorer(configuration, parameters, threads: options.training.threads)
            .logits(sequences, from: slices.oldFrom, to: slices.until)
    }

    private static func compare(
        _ champion: [Float], _ challenger: [Float], _ labels: [Int8]
    ) -> AdaptationReport.Comparison? {
        let rows = labels.indices.filter { labels[$0] >= 0 && !champion[$0].isNaN && !challenger[$0].isNaN }
        guard !rows.isEmpty else { return nil }
        let frauds = rows.map { labels[$0] == 1 }
        func precision(_ logits: [Float]) -> Double? {
            let value = ModelRanking(scores: rows.map { logits[$0] }, frauds: frauds).averagePrecision
            return value.isFinite ? value : nil
        }
        return AdaptationReport.Comparison(
            events: rows.count, frauds: frauds.count { $0 }, champion: precision(champion),
            challenger: precision(challenger))
    }

    /// Calibrated on the late slice where that has enough frauds, else as the champion.
    private func model(_ parameters: Parameters, _ logits: [Float]) throws(ModelFault) -> Model {
        let rows = slices.late.indices.filter { slices.late[$0] >= 0 && !logits[$0].isNaN }
        let frauds = rows.map { slices.late[$0] == 1 }
        let fitted = Calibration.fitPlatt(logits: rows.map { logits[$0] }, frauds: frauds)
        let calibration = fitted == .identity ? champion.calibration : fitted
        let ranking = ModelRanking(scores: rows.map { calibration.probability(logit: logits[$0]) }, frauds: frauds)
        let threshold = fitted == .identity ? champion.threshold : ranking.bestThreshold ?? champion.threshold
        let method = options.training.method
        guard method.method.needsBase else {
            return try Model(
                configuration: trainable.configuration, parameters: parameters, encoder: champion.encoder,
                calibration: calibration, threshold: threshold)
        }
        let adapter = ModelAdapter(
            method: method.method.rawValue, on: champion, layers: trainable.configuration.adapter,
            lowRank: trainable.lowRank?.shape, parameters: parameters, tensors: trainable.moving,
            calibration: calibration, threshold: threshold)
        return try Model(champion, with: adapter, named: method.adapterName ?? method.method.rawValue)
    }
}
