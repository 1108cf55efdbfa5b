public import Transactions

extension HistoricalDataset {
    /// Replays files or other sources of labelled transactions, merged by time.
    ///
    /// Sources in the order of time are read in constant memory; where one goes back in time, all are read whole and
    /// sorted, so `sources` is called again for fresh ones. Of equal times the order of sources and rows is kept.
    /// - Parameters:
    ///   - schema: its label delay sets back the windows of entity risk.
    ///   - historyCapacity: `TransformerConfiguration.historyLength` of the model to be trained or evaluated.
    ///   - labelDelayMilliseconds: from a transaction to the moment its label becomes known; nil: the schema's.
    ///   - until: events at or after this moment are left out, wherever they stand in the files.
    ///   - progress: called with the count of events read, every thousand.
    /// - Throws: what a source throws.
    public static func load(
        schema: TransactionSchema, historyCapacity: Int, labelDelayMilliseconds: Int64? = nil, until: EventTime? = nil,
        progress: (Int) -> Void = { _ in }, sources: () throws(DataFileError) -> [any LabelledTransactionSource]
    ) throws(DataFileError) -> HistoricalDataset {
        let ordered = try replay(schema, historyCapacity, labelDelayMilliseconds, until, progress) {
            () throws(DataFileError) in
            try MergedTransactions(try sources())
        }
        if let ordered { return ordered }
        let sorted = try replay(schema, historyCapacity, labelDelayMilliseconds, until, progress) {
            () throws(DataFileError) in
            try MergedTransactions(sorting: try sources())
        }
        return sorted ?? HistoricalDatasetBuilder(schema: schema, historyCapacity: historyCapacity).finished()
    }

    /// Replays files of one schema, merged by time.
    ///
    /// - Throws: `DataFileError` naming the file and the line.
    public static func load(
        paths: [String], schema: TransactionSchema, historyCapacity: Int, labelDelayMilliseconds: Int64? = nil,
        until: EventTime? = nil, progress: (Int) -> Void = { _ in }
    ) throws(DataFileError) -> HistoricalDataset {
        try load(
            schema: schema, historyCapacity: historyCapacity, labelDelayMilliseconds: labelDelayMilliseconds,
            until: until,
            progress: progress
        ) { () throws(DataFileError) in
            var sources: [any LabelledTransactionSource] = []
            for path in paths { sources.append(try TransactionFile(path: path, schema: schema).reader()) }
            return sources
        }
    }

    /// nil where the transactions turned out not to be in the order of time.
    private static func replay(
        _ schema: TransactionSchema, _ historyCapacity: Int, _ labelDelayMilliseconds: Int64?, _ until: EventTime?,
        _ progress: (Int) -> Void, _ open: () throws(DataFileError) -> MergedTransactions
    ) throws(DataFileError) -> HistoricalDataset? {
        var merged = try open()
        var builder = HistoricalDatasetBuilder(
            schema: schema, historyCapacity: historyCapacity, labelDelayMilliseconds: labelDelayMilliseconds)
        var newest = EventTime(milliseconds: .min)
        var read = 0
        while let item = try merged.next() {
            let time = item.transaction.time
            if time < newest { return nil }
            newest = time
            // Read on, to know that nothing before the end stands behind.
            if let until, time >= until { continue }
            builder.add(item.transaction, isFraud: item.isFraud)
            read += 1
            if read % 1000 == 0 { progress(read) }
        }
        return builder.finished()
    }
}
