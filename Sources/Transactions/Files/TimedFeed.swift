/// Puts transactions and their labels into the order of the world: each label a fixed delay after its transaction.
///
/// Of transactions at the same time the source's order is kept; a label comes before transactions at its moment,
/// because it is known by then. Labels that fall after the last transaction come at the end.
/// - Complexity: memory for the labels that wait, or for all transactions where they are sorted.
public struct TimedFeed<Source: LabelledTransactionSource> {
    private var source: Source
    private var sorted: [LabelledTransaction].Iterator?
    private let delayMilliseconds: Int64
    private let labels: FeedLabels
    private var pending: LabelledTransaction?
    private var lastTime: EventTime?
    private var waiting: [Label] = []
    private var firstWaiting = 0

    /// - Throws: what the source throws on its first transactions, on all of them where they are sorted.
    public init(
        _ source: Source, labelDelayMilliseconds: Int64, labels: FeedLabels = .all, order: FeedOrder = .verified
    ) throws(DataFileError) {
        precondition(labelDelayMilliseconds >= 0, "a label is not known before its transaction")
        self.source = source
        delayMilliseconds = labelDelayMilliseconds
        self.labels = labels
        if order == .sorted { sorted = try Self.sorted(&self.source).makeIterator() }
        pending = try nextTransaction()
    }

    /// The next event, or nil at the end.
    ///
    /// - Throws: what the source throws; an error naming the line where a verified source goes back in time.
    public mutating func next() throws(DataFileError) -> FeedEvent? {
        if firstWaiting < waiting.count {
            let label = waiting[firstWaiting]
            if pending.map({ label.knownAt <= $0.transaction.time }) ?? true {
                takeWaiting()
                return .label(label)
            }
        }
        guard let item = pending else { return nil }
        pending = try nextTransaction()
        if let label = label(of: item) { waiting.append(label) }
        return .transaction(item.transaction)
    }

    private mutating func nextTransaction() throws(DataFileError) -> LabelledTransaction? {
        if sorted != nil { return sorted?.next() }
        guard let item = try source.next() else { return nil }
        if let lastTime, item.transaction.time < lastTime {
            throw DataFileError(
                file: source.name, line: item.line,
                expected:
                    "transactions in the order of time (this one is before \(lastTime); --sort puts them in order)")
        }
        lastTime = item.transaction.time
        return item
    }

    /// Removes the first label that waits; those taken are dropped in bulk, so that each costs O(1).
    private mutating func takeWaiting() {
        firstWaiting += 1
        if firstWaiting >= 4096, firstWaiting * 2 >= waiting.count {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
    }

    private func label(of item: LabelledTransaction) -> Label? {
        guard let isFraud = item.isFraud, labels == .all || (labels == .fraudOnly && isFraud) else { return nil }
        let transaction = item.transaction
        return Label(
            transactionID: transaction.id, user: transaction.user, fraud: isFraud,
            knownAt: transaction.time.advanced(byMilliseconds: delayMilliseconds), transactionTime: transaction.time,
            amount: transaction.amount, entities: transaction.entities)
    }

    private static func sorted(_ source: inout Source) throws(DataFileError) -> [LabelledTransaction] {
        var items: [LabelledTransaction] = []
        while let item = try source.next() { items.append(item) }
        let order = items.indices.sorted {
            (items[$0].transaction.time, $0) < (items[$1].transaction.time, $1)
        }
        return order.map { items[$0] }
    }
}

/// Which labels a feed gives.
public enum FeedLabels: String, Hashable, Sendable, CaseIterable {
    case all
    /// Confirmed fraud only: silence means that nobody complained.
    case fraudOnly = "fraud"
    case none
}

/// What a feed does about the order of its source.
public enum FeedOrder: Hashable, Sendable {
    /// The source must be in the order of time; memory stays bounded.
    case verified
    /// The source is read whole and sorted by time, stably.
    case sorted
}
