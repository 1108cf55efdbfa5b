public import Transactions

extension HistoricalDataset {
    /// Replays files or other sources of labelled transactions, merged by time.
    ///
    /// Sources in the order of time are read in constant memory; where one goes back in time, all are read whole and
    /// sorted, so `sources` is called again for fresh ones. Of equal times the order of sources and rows is kept.
    /// - Parameters:
    ///   - schema: its label delay says when each label becomes known.
    ///   - historyCapacity: `TransformerConfiguration.historyLength` of the model to be trained or evaluated.
    ///   - until: events at or after this moment are not read.
    ///   - labelled: whose labels are known at all; nil is everyone's. The others' do not count for entity risk either.
    ///   - progress: called with the count of events read, every thousand.
    /// - Throws: what a source throws.
    public static func load(
        schema: TransactionSchema, historyCapacity: Int, until: EventTime? = nil, labelled: LabelledUsers? = nil,
        progress: (Int) -> Void = { _ in }, sources: () throws(DataFileError) -> [any LabelledTransactionSource]
    ) throws(DataFileError) -> HistoricalDataset {
        let ordered = try replay(schema, historyCapacity, until, labelled, progress) { () throws(DataFileError) in
            try MergedTransactions(try sources())
        }
        if let ordered { return ordered }
        let sorted = try replay(schema, historyCapacity, until, labelled, progress) { () throws(DataFileError) in
            try MergedTransactions(sorting: try sources())
        }
        return sorted ?? HistoricalDatasetBuilder(schema: schema, historyCapacity: historyCapacity).finished()
    }

    /// Replays files of one schema, merged by time.
    ///
    /// - Throws: `DataFileError` naming the file and the line.
    public static func load(
        paths: [String], schema: TransactionSchema, historyCapacity: Int, until: EventTime? = nil,
        labelled: LabelledUsers? = nil, progress: (Int) -> Void = { _ in }
    ) throws(DataFileError) -> HistoricalDataset {
        try load(
            schema: schema, historyCapacity: historyCapacity, until: until, labelled: labelled, progress: progress
        ) { () throws(DataFileError) in
            var sources: [any LabelledTransactionSource] = []
            for path in paths { sources.append(try TransactionFile(path: path, schema: schema).reader()) }
            return sources
        }
    }

    /// nil where the transactions turned out not to be in the order of time.
    private static func replay(
        _ schema: TransactionSchema, _ historyCapacity: Int, _ until: EventTime?, _ labelled: LabelledUsers?,
        _ progress: (Int) -> Void,
        _ open: () throws(DataFileError) -> MergedTransactions
    ) throws(DataFileError) -> HistoricalDataset? {
        var merged = try open()
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: historyCapacity)
        var newest = EventTime(milliseconds: .min)
        var read = 0
        while let item = try merged.next() {
            let time = item.transaction.time
            if time < newest { return nil }
            newest = time
            if let until, time >= until { break }
            let isKnown = labelled?.contains(item.transaction.user) ?? true
            builder.add(item.transaction, isFraud: isKnown ? item.isFraud : nil)
            read += 1
            if read % 1000 == 0 { progress(read) }
        }
        return builder.finished()
    }
}
