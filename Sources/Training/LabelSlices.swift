import Sequences
import Transactions

/// Which labels train, which validate and which are not known yet at the cut-off.
///
/// Validation is the last days of the known labels. Where labels are few and those days hold too few frauds to say
/// anything, users are held out in turn instead (`folds`), and every known label trains.
struct LabelSlices {
    /// Below this share of labelled events labels are few.
    static let fewShare = 0.2
    /// The fewest frauds that a validation slice needs where labels are few.
    static let fewestFrauds = 40

    /// Events at or after this moment are not read.
    let until: Int64
    /// Validation is [validationFrom, until − label delay].
    let validationFrom: Int64
    /// By row of the dataset, −1 where the label is not of the slice.
    let training: [Int8]
    let validation: [Int8]
    /// Users held out together, each with a label in exactly one fold; empty where validation goes by time.
    let folds: [Set<Int>]
    /// Whether most events have no label.
    let areFew: Bool
    /// Whether there are so few labels that users should be held out, and only one of them, or none, has a fraud.
    let lacksFolds: Bool

    init(_ dataset: HistoricalDataset, _ options: TrainingOptions) {
        let until = options.untilMilliseconds ?? ((dataset.times.max() ?? 0) &+ 1)
        let delay = dataset.extractor.schema.labelDelayMilliseconds
        let lastKnown = until &- delay
        let from = lastKnown &- Int64(options.validationDays * Double(EventTime.millisecondsPerDay))
        let known = dataset.labels(knownBy: until)
        let old = dataset.times.count { $0 &+ delay <= until }
        areFew = Double(known.count { $0 >= 0 }) < Self.fewShare * Double(old)
        let late = zip(known, dataset.times).count { $0 == 1 && $1 >= from }
        let byUser = areFew && late < Self.fewestFrauds && options.validationDays > 0
        folds = byUser ? Self.folds(dataset, known) : []
        lacksFolds = byUser && folds.isEmpty
        let start = folds.isEmpty ? from : lastKnown &+ 1
        self.until = until
        validationFrom = start
        training = zip(known, dataset.times).map { $1 < start ? $0 : -1 }
        validation = zip(known, dataset.times).map { $1 >= start ? $0 : -1 }
    }

    /// Training and validation labels together, for the refit.
    var all: [Int8] { zip(training, validation).map { max($0, $1) } }

    /// By row, the training labels of all users but some.
    func training(of sequences: EncodedSequences, without users: Set<Int>) -> [Int8] {
        var labels = training
        for user in users {
            for token in sequences.starts[user]..<sequences.starts[user + 1] { labels[sequences.rows[token]] = -1 }
        }
        return labels
    }

    /// Deals the labelled users, those with the most frauds first, into at most five folds that each have a fraud.
    private static func folds(_ dataset: HistoricalDataset, _ known: [Int8]) -> [Set<Int>] {
        var frauds: [Int: Int] = [:]
        for (row, label) in known.enumerated() where label >= 0 {
            frauds[Int(dataset.users[row]), default: 0] += Int(label)
        }
        let count = min(5, frauds.count { $0.value > 0 })
        guard count > 1 else { return [] }
        var folds = [Set<Int>](repeating: [], count: count)
        let ordered = frauds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (place, user) in ordered.enumerated() { folds[place % count].insert(user.key) }
        return folds
    }
}
