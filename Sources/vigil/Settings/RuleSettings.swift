import Logging
import Pipeline
import Rules
import Transactions

extension SettingsReader {
    /// Where the rules are kept: in `path` if given, else where the configuration says; nil where the score alone decides.
    func ruleOrigin(_ path: String? = nil) throws -> RuleOrigin? {
        if let path { return .file(path) }
        guard let table = text("rules.table") else { return text("rules.path").map { .file($0) } }
        guard text("rules.path") == nil else { throw fault("rules.table", "either this or rules.path") }
        return .table(table)
    }

    /// The rules kept there, with their lists as they are now; see `RuleOrigin.rules`.
    func rules(_ origin: RuleOrigin, schema: TransactionSchema, decidedUnder hash: String? = nil) throws -> RuleSet {
        let isStored = if case .table = origin { true } else { hasPostgres }
        let rules = try origin.rules(
            schema: schema, postgres: isStored ? try postgres() : nil, logger: Logger(label: "vigil"),
            decidedUnder: hash)
        for list in rules.lists where !isStored {
            guard case .table = list.source else { continue }
            Terminal.say("Note: lists.\(list.name) is taken to be empty: its table's database is not configured")
        }
        return rules
    }
}
