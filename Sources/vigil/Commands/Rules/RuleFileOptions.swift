import ArgumentParser
import Rules
import Scoring
import Sequences
import Transactions

/// A rule file and the schema that says which fields there are.
struct RuleFileOptions: ParsableArguments {
    @Option(help: "Rule set (YAML).")
    var rules: String

    @Option(help: "Schema file that says which fields there are.")
    var schema: String?

    @Option(help: "Model directory, whose schema says which fields there are.")
    var model: String?

    func validate() throws {
        guard (schema == nil) != (model == nil) else { throw ValidationError("give either --schema or --model") }
    }

    func loadSchema() throws -> TransactionSchema {
        if let schema { return try TransactionSchema.load(path: schema) }
        guard let model else { throw ValidationError("give either --schema or --model") }
        return try Model.load(from: model).encoder.schema
    }

    /// - Throws: `RuleSetError` with every fault of the file.
    func load() throws -> RuleSet { try RuleSet.load(path: rules, schema: try loadSchema()) }
}
