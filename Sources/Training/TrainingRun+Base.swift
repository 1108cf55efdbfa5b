import Scoring
import Sequences
import Transformer

extension TrainingRun {
    /// Why the method cannot stand on the base, if it cannot.
    static func fault(
        _ base: Model?, _ dataset: HistoricalDataset, _ options: TrainingOptions
    ) -> TrainingError? {
        let method = options.method.method
        guard let base else {
            return method.needsBase ? .option(field: "base", expected: "a model that \(method) stands on") : nil
        }
        if base.configuration.adapter != nil {
            return .option(field: "base", expected: "a model without an adapter that cannot be merged")
        }
        if base.encoder.extractor.layout != dataset.extractor.layout {
            return .option(field: "base", expected: "a model of the same schema")
        }
        return method.needsBase && (options.pretrainingEpochs ?? 0) > 0
            ? .option(field: "pretrainingEpochs", expected: "0 with \(method): the base is what was pretrained") : nil
    }

    /// What a teacher says of every transaction.
    static func opinions(
        of teacher: Model, on dataset: HistoricalDataset, before end: Int64, _ options: TrainingOptions
    ) throws(TrainingError) -> [Float] {
        guard teacher.encoder.extractor.layout == dataset.extractor.layout else {
            throw .option(field: "teacher", expected: "a model of the same schema")
        }
        do throws(ModelFault) {
            let scorer = try ModelBatchScorer(teacher, threads: options.threads)
            return try scorer.logits(EncodedSequences(dataset, encoder: teacher.encoder), to: end)
        } catch {
            throw .model(error.description)
        }
    }
}
