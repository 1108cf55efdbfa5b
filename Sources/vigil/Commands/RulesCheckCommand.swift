import ArgumentParser
import Rules
import Scoring
import Sequences
import Transactions

/// `vigil rules check`: whether a rule set means something, and where it does not.
struct RulesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks a rule set against a schema; exit code 2 where it is bad.")

    @Option(help: "Rule set (YAML).")
    var rules: String

    @Option(help: "Schema file that says which fields there are.")
    var schema: String?

    @Option(help: "Model directory, whose schema says which fields there are.")
    var model: String?

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (schema == nil) != (model == nil) else { throw ValidationError("give either --schema or --model") }
    }

    func run() async throws {
        let schema = try loadSchema()
        do throws(RuleSetError) {
            let set = try RuleSet.load(path: rules, schema: schema)
            try report(set)
        } catch {
            if output.json {
                try Terminal.json(
                    Verdict(valid: false, rules: nil, hash: nil, diagnostics: error.diagnostics.map { .init($0) }))
            }
            throw error
        }
    }

    private func report(_ set: RuleSet) throws(RuleSetError) {
        let count = set.rules.count
        Terminal.say("\(rules): \(count) \(count == 1 ? "rule" : "rules"), hash \(set.hash)")
        guard output.json else { return }
        try? Terminal.json(Verdict(valid: true, rules: count, hash: set.hash, diagnostics: []))
    }

    private func loadSchema() throws -> TransactionSchema {
        if let schema { return try TransactionSchema.load(path: schema) }
        guard let model else { throw ValidationError("give either --schema or --model") }
        return try Model.load(from: model).encoder.schema
    }

    private struct Verdict: Encodable {
        struct Diagnostic: Encodable {
            var file: String
            var line: Int
            var column: Int
            var rule: String?
            var field: String?
            var message: String

            init(_ diagnostic: RuleDiagnostic) {
                file = diagnostic.file
                line = diagnostic.line
                column = diagnostic.column
                rule = diagnostic.rule
                field = diagnostic.field
                message = diagnostic.message
            }
        }

        var valid: Bool
        var rules: Int?
        var hash: String?
        var diagnostics: [Diagnostic]
    }
}
