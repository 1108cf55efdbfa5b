internal import Logging
internal import Postgres
internal import Rules
internal import Synchronization

/// Reads lists of `vigil.rule_lists` and remembers why one could not be read.
final class RuleListReader: Sendable {
    private let postgres: PostgresSettings
    private let logger: Logger
    private let firstFailure = Mutex<(any Error)?>(nil)

    init(postgres: PostgresSettings, logger: Logger) {
        self.postgres = postgres
        self.logger = logger
    }

    /// Reads a rule set with its lists; nil for lists leaves those in tables empty.
    ///
    /// - Throws: what made a list's table unreadable rather than the fault it looks like: the rules are not to blame.
    static func whole(
        _ lists: RuleListReader?, _ read: (_ tables: RuleListTables?) throws -> RuleSet
    ) throws -> RuleSet {
        guard let lists else { return try read(nil) }
        do {
            return try read { try lists.elements(of: $0) }
        } catch {
            throw lists.firstFailure.withLock { $0 } ?? error
        }
    }

    private func elements(of list: String) throws -> [String] {
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
