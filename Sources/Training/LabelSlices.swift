import Sequences
import Transactions

/// Which labels train, which validate and which are not known yet at the cut-off.
struct LabelSlices {
    /// Events at or after this moment are not read.
    let until: Int64
    /// Validation is [validationFrom, until − label delay].
    let validationFrom: Int64
    /// By row of the dataset, −1 where the label is not of the slice.
    let training: [Int8]
    let validation: [Int8]

    init(_ dataset: HistoricalDataset, _ options: TrainingOptions) {
        let until = options.untilMilliseconds ?? ((dataset.times.max() ?? 0) &+ 1)
        let lastKnown = until &- dataset.extractor.schema.labelDelayMilliseconds
        let from = lastKnown &- Int64(options.validationDays * Double(EventTime.millisecondsPerDay))
        let known = dataset.labels(knownBy: until)
        self.until = until
        validationFrom = from
        training = zip(known, dataset.times).map { $1 < from ? $0 : -1 }
        validation = zip(known, dataset.times).map { $1 >= from ? $0 : -1 }
    }

    /// Training and validation labels together, for the refit.
    var all: [Int8] { zip(training, validation).map { max($0, $1) } }
}
