public import Transactions

/// Replays a file's labelled transactions into a dataset: each label counts for entity risk once the schema's label
/// delay has passed.
public struct HistoricalDatasetBuilder: Sendable {
    private var stream: HistoricalStream
    private var dataset: HistoricalDataset
    private let delay: Int64
    private var raw: [UInt32]

    /// - Parameters:
    ///   - schema: its label delay sets back the windows of entity risk, as the model was trained with.
    ///   - historyCapacity: tokens kept a user, as the model that runs on them will.
    ///   - labelDelayMilliseconds: from a transaction to the moment its label becomes known; nil: the schema's.
    public init(schema: TransactionSchema, historyCapacity: Int, labelDelayMilliseconds: Int64? = nil) {
        let extractor = FeatureExtractor(schema: schema)
        stream = HistoricalStream(extractor: extractor, historyCapacity: historyCapacity)
        dataset = HistoricalDataset(extractor: extractor)
        delay = labelDelayMilliseconds ?? schema.labelDelayMilliseconds
        raw = [UInt32](repeating: 0, count: extractor.rawCount)
    }

    /// Adds the next transaction in the order of time.
    ///
    /// - Parameter isFraud: the truth, nil where the file does not say.
    public mutating func add(_ transaction: Transaction, isFraud: Bool?) {
        let step = raw.withUnsafeMutableBufferPointer { stream.next(transaction, into: $0) }
        // A duplicate has its label published again as well, and `run` counts both.
        if let isFraud { stream.add(label(of: transaction, isFraud: isFraud)) }
        guard let step else { return }
        dataset.rows.append(contentsOf: raw)
        dataset.times.append(step.time.milliseconds)
        dataset.users.append(UInt32(step.user))
        dataset.labels.append(isFraud.map { $0 ? 1 : 0 } ?? -1)
    }

    private func label(of transaction: Transaction, isFraud: Bool) -> Label {
        Label(
            transactionID: transaction.id, user: transaction.user, fraud: isFraud,
            knownAt: transaction.time.advanced(byMilliseconds: delay), transactionTime: transaction.time,
            amount: transaction.amount, entities: transaction.entities)
    }

    /// The dataset, once all transactions are in.
    public consuming func finished() -> HistoricalDataset {
        dataset.userCount = stream.userCount
        dataset.duplicates = stream.duplicates
        return dataset
    }
}
