import Transactions

/// Raw tokens of a file's transactions, in the order of their times, with what is known of each.
///
/// About 130 bytes a transaction with one risk entity; the transactions themselves are not kept.
public struct HistoricalDataset: Sendable {
    public let extractor: FeatureExtractor
    /// (count, `extractor.rawCount`)
    public internal(set) var rows: [UInt32] = []
    /// (count) effective event times in milliseconds.
    public internal(set) var times: [Int64] = []
    /// (count) each token's user, counted from 0.
    public internal(set) var users: [UInt32] = []
    /// (count) the truth: 1 fraud, 0 genuine, −1 where the file does not say.
    public internal(set) var labels: [Int8] = []
    public internal(set) var userCount = 0
    /// Transactions left out because their id was among the user's retained tokens.
    public internal(set) var duplicates = 0

    init(extractor: FeatureExtractor) {
        self.extractor = extractor
    }

    public var count: Int { times.count }

    /// The labels known at a moment, given the schema's label delay; the others are −1.
    public func labels(knownBy milliseconds: Int64) -> [Int8] {
        let delay = extractor.schema.labelDelayMilliseconds
        return zip(labels, times).map { label, time in time &+ delay <= milliseconds ? label : -1 }
    }

    /// Turns over the labels of events whose time satisfies the predicate.
    package mutating func flipLabels(where predicate: (Int64) -> Bool) {
        for row in labels.indices where labels[row] >= 0 && predicate(times[row]) { labels[row] = 1 - labels[row] }
    }
}
