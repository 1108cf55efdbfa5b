internal import Foundation
internal import Logging
internal import Postgres
internal import Rules
internal import Sequences
internal import Transactions

/// Reads rule sets from where they are kept: checked, compiled, and held to their own fixtures.
///
/// Owned by one thread.
final class RuleLoader {
    /// There is no rule set of this name to take.
    struct Refusal: Error, CustomStringConvertible {
        let name: String

        var description: String { "vigil.rule_sets holds no sound rule set named '\(name)'" }
    }

    private let origin: RuleOrigin
    private let schema: TransactionSchema
    private let postgres: PostgresSettings
    private let logger: Logger
    private var connection: PostgresConnection?
    /// Where the lists of a set that was refused are kept: a change there may make it sound.
    private var refusedLists: [RuleList.Source] = []
    /// How many rows were refused while an older one was sound.
    private(set) var refusedRowCount: Int64 = 0

    init(origin: RuleOrigin, schema: TransactionSchema, postgres: PostgresSettings, logger: Logger) {
        self.origin = origin
        self.schema = schema
        self.postgres = postgres
        self.logger = logger
    }

    deinit { connection?.close() }

    /// The rules as they stand now.
    ///
    /// - Throws: `RuleSetError` for unsound ones, `Refusal` for none, `PostgresError` where the database is away.
    func load() throws -> RuleSet {
        do {
            let rules =
                switch origin {
                case .file(let path):
                    try tested(path) { try RuleSet.load(path: path, schema: schema, tables: $0) }
                case .table(let name): try loadNewest(name)
                }
            refusedLists = []
            return rules
        } catch let error as RuleSetError {
            refusedLists = error.lists
            throw error
        }
    }

    /// Something that changes whenever the rules, or lists that they or refused ones name, may have changed.
    func fingerprint(_ rules: RuleSet) throws -> [String] {
        var marks: [String] = []
        switch origin {
        case .file(let path): marks.append(Self.mark(of: path))
        case .table(let name):
            let rows = try database().executePrepared(
                "SELECT COALESCE(max(id), 0)::text AS newest FROM vigil.rule_sets WHERE name = $1", [.text(name)])
            marks.append(try rows.first?.value("newest") ?? "")
        }
        var lists: [String] = []
        for source in Set(rules.lists.map(\.source) + refusedLists) {
            switch source {
            case .inline: break
            case .file(let path): marks.append(Self.mark(of: path))
            case .table(let name): lists.append(name)
            }
        }
        marks.sort()
        guard !lists.isEmpty else { return marks }
        let rows = try database().executePrepared(
            """
            SELECT list || ':' || count(*) || ':' || md5(string_agg(value, E'\\x01' ORDER BY value)) AS mark
            FROM vigil.rule_lists WHERE list = ANY ($1::text[]) GROUP BY list ORDER BY list
            """, [.texts(lists)])
        for row in rows { marks.append(try row.value("mark")) }
        return marks
    }

    private static func mark(of path: String) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { return "\(path):gone" }
        return bytes.withUnsafeBytes { "\(path):\($0.count):\(StableHash.bytes($0))" }
    }

    /// Reads a rule set and holds it to its own tests.
    private func tested(_ file: String, _ read: (_ tables: RuleListTables?) throws -> RuleSet) throws -> RuleSet {
        let rules = try RuleListReader.whole(RuleListReader(postgres: postgres, logger: logger), read)
        try RuleTester.check(rules, file: file)
        return rules
    }

    /// Goes back from the newest row to the first that is sound, and writes down what each came to. One that was in
    /// force is not given up for what its lists have become since: an older one would decide in its place.
    private func loadNewest(_ name: String) throws -> RuleSet {
        let connection = try database()
        var newer = Int64.max
        var last: RuleSetError?
        while let row = try connection.executePrepared(
            """
            SELECT id, yaml, status FROM vigil.rule_sets WHERE name = $1 AND id < $2 AND status <> 'refused'
            ORDER BY id DESC LIMIT 1
            """, [.text(name), .int64(newer)]
        ).first {
            let id: Int64 = try row.value("id")
            let (text, status): (String, String) = (try row.value("yaml"), try row.value("status"))
            let file = Self.name(ofRow: id)
            do {
                let rules = try tested(file) { try RuleSet.load(text: text, file: file, schema: schema, tables: $0) }
                try noteInForce(id, rules)
                return rules
            } catch let error as RuleSetError where status == "new" {
                refusedRowCount += 1
                try noteRefused(id, error)
                logger.error("Rule set refused", metadata: ["id": "\(id)", "why": "\(error)"])
                last = last ?? error
            }
            newer = id
        }
        throw last ?? Refusal(name: name)
    }

    /// What diagnostics call a row.
    static func name(ofRow id: Int64) -> String { "vigil.rule_sets #\(id)" }

    private func noteInForce(_ id: Int64, _ rules: RuleSet) throws {
        _ = try database().executePrepared(
            """
            UPDATE vigil.rule_sets SET status = 'in_force', rules_hash = $2, diagnostics = NULL, decided_at = now()
            WHERE id = $1 AND (status <> 'in_force' OR rules_hash IS DISTINCT FROM $2)
            """, [.int64(id), .text(rules.hash)])
    }

    private func noteRefused(_ id: Int64, _ why: RuleSetError) throws {
        _ = try database().executePrepared(
            """
            UPDATE vigil.rule_sets SET status = 'refused', diagnostics = $2, decided_at = now()
            WHERE id = $1 AND status = 'new'
            """, [.int64(id), .text("\(why)")])
    }

    private func database() throws -> PostgresConnection {
        if let connection, connection.isHealthy { return connection }
        connection?.close()
        let fresh = try PostgresConnection(postgres, logger: logger)
        connection = fresh
        return fresh
    }
}
