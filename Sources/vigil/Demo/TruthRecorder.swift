import Transactions

/// Passes a source on and remembers which transactions were fraud from a moment on.
struct TruthRecorder<Source: LabelledTransactionSource>: LabelledTransactionSource {
    var source: Source
    let from: EventTime
    private(set) var frauds: Set<String> = []
    private(set) var count = 0

    var name: String { source.name }

    init(source: Source, from: EventTime) {
        self.source = source
        self.from = from
    }

    mutating func next() throws(DataFileError) -> LabelledTransaction? {
        guard let item = try source.next() else { return nil }
        count += 1
        if item.isFraud == true, item.transaction.time >= from { frauds.insert(item.transaction.id) }
        return item
    }
}
