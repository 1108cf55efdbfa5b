internal import Sequences
internal import Transactions

/// A feed of files or a query: labelled transactions in the order of time, each label a fixed delay after its transaction.
final class TransactionFeed: ReplayFeed {
    let sources: [ReplaySource]
    let carriesTruth = true
    let expectedEvents: Int? = nil
    let faults = 0
    let remarks: [String] = []
    private(set) var newest: EventTime?

    private var merged: MergedTransactions
    private let labelDelayMilliseconds: Int64
    private var pending: LabelledTransaction?
    /// Labels not yet known, the soonest first; those before `firstWaiting` are done.
    private var waiting: [Label] = []
    private var firstWaiting = 0

    /// - Parameter sorting: reads all sources whole and sorts them by time.
    init(
        _ sources: [any LabelledTransactionSource], labelDelayMilliseconds: Int64, sorting: Bool
    ) throws(DataFileError) {
        self.sources = [ReplaySource(name: sources.map(\.name).joined(separator: ", "))]
        self.labelDelayMilliseconds = labelDelayMilliseconds
        merged = sorting ? try MergedTransactions(sorting: sources) : try MergedTransactions(sources)
        pending = try merged.next()
    }

    /// - Throws: `ReplayOrderFault` where the sources go back in time, `DataFileError` for a row that cannot be read.
    func next() throws -> ReplayEvent? {
        guard let item = pending else { return nil }
        let time = item.transaction.time
        if firstWaiting < waiting.count, waiting[firstWaiting].knownAt <= time {
            let label = waiting[firstWaiting]
            firstWaiting += 1
            if firstWaiting > 4096, firstWaiting * 2 > waiting.count {
                waiting.removeFirst(firstWaiting)
                firstWaiting = 0
            }
            return ReplayEvent(payload: .label(label), clock: label.knownAt, source: 0, offset: -1)
        }
        if let newest, time < newest { throw ReplayOrderFault() }
        newest = time
        pending = try merged.next()
        if let isFraud = item.isFraud { waiting.append(label(of: item.transaction, isFraud: isFraud)) }
        return ReplayEvent(
            payload: .transaction(item.transaction, isFraud: item.isFraud), clock: time, source: 0,
            offset: Int64(item.line))
    }

    private func label(of transaction: Transaction, isFraud: Bool) -> Label {
        Label(
            transactionID: transaction.id, user: transaction.user, fraud: isFraud,
            knownAt: transaction.time.advanced(byMilliseconds: labelDelayMilliseconds),
            transactionTime: transaction.time, amount: transaction.amount, entities: transaction.entities)
    }
}
