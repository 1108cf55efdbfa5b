import ArgumentParser
import Transactions

/// Files of transactions and the schema that reads them.
struct DataOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Files in order of time: .csv or .jsonl, each also .gz.", valueName: "file …"))
    var data: [String]

    @Option(help: "Schema file: which column is the id, user, time, amount, entities and features.")
    var schema: String

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data needs at least one file") }
    }

    /// - Throws: `SchemaError`.
    func loadSchema() throws(SchemaError) -> TransactionSchema { try TransactionSchema.load(path: schema) }
}
