import Sequences
import Transactions

/// Reads files into what models train on and are measured on.
struct DatasetReader {
    let files: [String]
    /// Its label delay says when labels become known.
    let schema: TransactionSchema
    let sort: Bool

    /// All transactions before `end`, in order of time.
    ///
    /// - Parameter historyCapacity: tokens kept a user.
    /// - Throws: `DataFileError` for a bad row, or for one that goes back in time where nothing is sorted.
    func read(before end: EventTime, historyCapacity: Int) throws -> HistoricalDataset {
        var source = try TransactionFiles(files, schema: schema, span: .min..<end.milliseconds)
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: historyCapacity)
        let bar = Progress("Reading", total: 0)
        var (count, newest) = (0, EventTime(milliseconds: .min))
        func add(_ item: LabelledTransaction) throws {
            let time = item.transaction.time
            guard time >= newest else {
                throw DataFileError(
                    file: source.name, line: item.line,
                    expected: "transactions in the order of time (this one is before \(newest); --sort puts them in order)")
            }
            builder.add(item.transaction, isFraud: item.isFraud)
            (count, newest) = (count + 1, time)
            if count % 1024 == 0 { bar.update(count, "transactions, at \(time)") }
        }
        if sort {
            for item in try allSorted(&source) { try add(item) }
        } else {
            while let item = try source.next() { try add(item) }
        }
        bar.finish("\(count) transactions")
        return builder.finished()
    }

    /// Those at the same time stay in the files' order.
    private func allSorted(_ source: inout TransactionFiles) throws(DataFileError) -> [LabelledTransaction] {
        var items: [LabelledTransaction] = []
        while let item = try source.next() { items.append(item) }
        return items.enumerated()
            .sorted { ($0.element.transaction.time, $0.offset) < ($1.element.transaction.time, $1.offset) }
            .map(\.element)
    }
}
