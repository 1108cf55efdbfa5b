internal import Foundation
internal import Logging
internal import Postgres
internal import Rules
internal import Sequences
internal import Synchronization
internal import Transactions

/// Reads rule sets from where they are kept: checked, compiled, and held to their own fixtures.
///
/// Owned by one thread.
final class RuleLoader {
    /// A rule set that cannot be taken, and why.
    struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    private let origin: RuleOrigin
    private let schema: TransactionSchema
    private let postgres: PostgresSettings
    private let logger: Logger
    private var connection: PostgresConnection?
    /// Rows found unsound; they are not looked at again.
    private var refusedRows: Set<Int64> = []
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
    /// - Throws: `RuleSetError` or `Refusal` for unsound ones, `PostgresError` where the database is away.
    func load() throws -> RuleSet {
        switch origin {
        case .file(let path): return try tested { try RuleSet.load(path: path, schema: schema, tables: $0) }
        case .table(let name): return try loadNewest(name)
        }
    }

    /// Something that changes whenever the rules, or the lists they were read with, may have changed.
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
        for list in rules.lists {
            switch list.source {
            case .inline: break
            case .file(let path): marks.append(Self.mark(of: path))
            case .table(let name): lists.append(name)
            }
        }
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

    /// Reads a rule set and runs its own tests.
    ///
    /// - Throws: what made a list's table unreadable rather than the fault it looks like: the rules are not to blame.
    private func tested(_ read: (_ tables: @escaping RuleListTables) throws -> RuleSet) throws -> RuleSet {
        let lists = ListReader(postgres: postgres, logger: logger)
        let rules: RuleSet
        do {
            rules = try read { try lists.elements(of: $0) }
        } catch {
            throw lists.failure ?? error
        }
        let failures = RuleTester.run(rules)
        guard failures.isEmpty else {
            throw Refusal(description: failures.map(\.description).joined(separator: "\n"))
        }
        return rules
    }

    /// Goes back from the newest row to the first that is sound, and writes down what each came to.
    private func loadNewest(_ name: String) throws -> RuleSet {
        let connection = try database()
        let rows = try connection.executePrepared(
            """
            SELECT id, yaml FROM vigil.rule_sets WHERE name = $1 AND status <> 'refused' ORDER BY id DESC LIMIT 20
            """, [.text(name)])
        var last: (any Error)?
        for row in rows {
            let id: Int64 = try row.value("id")
            guard !refusedRows.contains(id) else { continue }
            let text: String = try row.value("yaml")
            do {
                let rules = try tested {
                    try RuleSet.load(text: text, file: "vigil.rule_sets #\(id)", schema: schema, tables: $0)
                }
                try note(id, "in_force", hash: rules.hash, diagnostics: nil)
                return rules
            } catch let error where error is RuleSetError || error is Refusal {
                refusedRows.insert(id)
                refusedRowCount += 1
                try note(id, "refused", hash: nil, diagnostics: "\(error)")
                logger.error("Rule set refused", metadata: ["id": "\(id)", "why": "\(error)"])
                last = last ?? error
            }
        }
        throw last ?? Refusal(description: "vigil.rule_sets holds no sound rule set named '\(name)'")
    }

    private func note(_ id: Int64, _ status: String, hash: String?, diagnostics: String?) throws {
        _ = try database().executePrepared(
            """
            UPDATE vigil.rule_sets SET status = $2, rules_hash = $3, diagnostics = $4, decided_at = now()
            WHERE id = $1 AND status <> $2
            """, [.int64(id), .text(status), .text(hash), .text(diagnostics)])
    }

    private func database() throws -> PostgresConnection {
        if let connection, connection.isHealthy { return connection }
        connection?.close()
        let fresh = try PostgresConnection(postgres, logger: logger)
        connection = fresh
        return fresh
    }
}

/// Reads lists of `vigil.rule_lists` and remembers why one could not be read.
private final class ListReader: Sendable {
    private let postgres: PostgresSettings
    private let logger: Logger
    private let firstFailure = Mutex<(any Error)?>(nil)

    init(postgres: PostgresSettings, logger: Logger) {
        self.postgres = postgres
        self.logger = logger
    }

    var failure: (any Error)? { firstFailure.withLock { $0 } }

    func elements(of list: String) throws -> [String] {
        do {
            let connection = try PostgresConnection(postgres, logger: logger)
            defer { connection.close() }
            let rows = try connection.executePrepared(
                "SELECT value FROM vigil.rule_lists WHERE list = $1 ORDER BY value", [.text(list)])
            return try rows.map { try $0.value("value", as: String.self) }
        } catch {
            firstFailure.withLock { $0 = $0 ?? error }
            throw error
        }
    }
}
