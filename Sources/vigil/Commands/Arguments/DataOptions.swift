import ArgumentParser
import Sequences
import Transactions

/// Files of transactions and the schema that reads them.
struct DataOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Files of transactions: .csv or .jsonl, each also .gz.", valueName: "file …"))
    var data: [String]

    @Option(help: "Schema file: which column is the id, user, time, amount, entities and features.")
    var schema: String

    @Option(help: "How long after its transaction a label becomes known, such as 7d; the schema's if not given.")
    var labelDelay: Duration?

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data needs at least one file") }
    }

    /// The schema, with the label delay asked for.
    ///
    /// - Throws: `SchemaError`.
    func loadSchema() throws(SchemaError) -> TransactionSchema {
        var schema = try TransactionSchema.load(path: schema)
        if let labelDelay { schema.labelDelayMilliseconds = labelDelay.milliseconds }
        return schema
    }

    /// All transactions before a moment in order of time, with what is known of them.
    ///
    /// - Parameter labelDelayMilliseconds: when labels arrive; nil: after the schema's delay.
    /// - Throws: `DataFileError`.
    func loadDataset(
        _ schema: TransactionSchema, historyCapacity: Int, labelDelayMilliseconds: Int64? = nil, before end: EventTime
    ) throws(DataFileError) -> HistoricalDataset {
        let bar = Progress("Reading", total: 0)
        let dataset = try HistoricalDataset.load(
            paths: data, schema: schema, historyCapacity: historyCapacity,
            labelDelayMilliseconds: labelDelayMilliseconds, until: end
        ) { bar.update($0, "transactions") }
        bar.finish("\(dataset.count) transactions of \(dataset.userCount) users")
        return dataset
    }
}
