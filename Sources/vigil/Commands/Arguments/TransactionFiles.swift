import Transactions

/// Several files read one after the other, those transactions that lie in a span of event time.
struct TransactionFiles: LabelledTransactionSource {
    private let span: Range<Int64>
    private let isOrdered: Bool
    private var waiting: ArraySlice<TransactionFileReader>

    /// Opens all files, so that a missing one is known before anything is done.
    ///
    /// - Parameters:
    ///   - span: event time in milliseconds, half-open.
    ///   - isOrdered: each file is in order of time, so that what comes after the span need not be read.
    init(
        _ paths: [String], schema: TransactionSchema, span: Range<Int64>, isOrdered: Bool
    ) throws(DataFileError) {
        var readers: [TransactionFileReader] = []
        for path in paths { readers.append(try TransactionFile(path: path, schema: schema).reader()) }
        waiting = readers[...]
        self.span = span
        self.isOrdered = isOrdered
    }

    /// The file being read.
    var name: String { waiting.first?.name ?? "" }

    mutating func next() throws(DataFileError) -> LabelledTransaction? {
        while let reader = waiting.first {
            while let item = try reader.next() {
                let time = item.transaction.time.milliseconds
                if span.contains(time) { return item }
                if isOrdered, time >= span.upperBound { break }
            }
            // The last one stays for its name.
            if waiting.count == 1 { return nil }
            waiting.removeFirst()
        }
        return nil
    }
}
