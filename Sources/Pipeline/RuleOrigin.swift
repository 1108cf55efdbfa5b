public import Logging
public import Postgres
public import Rules
public import Transactions

/// Where the rules in force come from; both are followed while the service runs.
public enum RuleOrigin: Hashable, Sendable, CustomStringConvertible {
    /// A rule file.
    case file(String)
    /// The newest sound row of `vigil.rule_sets` with this name.
    case table(String)

    public var description: String {
        switch self {
        case .file(let path): path
        case .table(let name): "vigil.rule_sets '\(name)'"
        }
    }

    /// The rules as they stand, for tools: nothing is tested or written down.
    ///
    /// Of a table, the row that decided under `hash`, else the newest that a processor took, else the newest to come.
    ///
    /// - Parameter postgres: where the table and lists in tables are; without it such lists are empty.
    /// - Throws: `RuleSetError`, `RuleLoader.Refusal` where there is no row, `PostgresError`.
    public func rules(
        schema: TransactionSchema, postgres: PostgresSettings?, logger: Logger, decidedUnder hash: String? = nil
    ) throws -> RuleSet {
        let lists = postgres.map { RuleListReader(postgres: $0, logger: logger) }
        return try RuleListReader.whole(lists) { tables in
            switch self {
            case .file(let path): return try RuleSet.load(path: path, schema: schema, tables: tables)
            case .table(let name):
                let connection = try PostgresConnection(postgres ?? PostgresSettings(), logger: logger)
                defer { connection.close() }
                let rows = try connection.execute(
                    """
                    SELECT id, yaml FROM vigil.rule_sets WHERE name = $1 AND status <> 'refused'
                    ORDER BY rules_hash IS NOT DISTINCT FROM $2 DESC, status = 'in_force' DESC, id DESC LIMIT 1
                    """, [.text(name), .text(hash ?? "")])
                guard let row = rows.first else { throw RuleLoader.Refusal(name: name) }
                return try RuleSet.load(
                    text: try row.value("yaml"), file: RuleLoader.name(ofRow: try row.value("id")), schema: schema,
                    tables: tables)
            }
        }
    }
}
