import ArgumentParser
import Transactions

/// Files of transactions and the schema that reads them.
struct DataOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Files in order of time: .csv or .jsonl, each also .gz.", valueName: "file …"))
    var data: [String]

    @Option(help: "Schema file: which column is the id, user, time, amount, entities and features.")
    var schema: String

    @Option(help: "How long after its transaction a label becomes known, such as 7d; the schema's if not given.")
    var labelDelay: Duration?

    @Flag(help: "Sorts by time first, in memory; without it files must be in order of time.")
    var sort = false

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
}
