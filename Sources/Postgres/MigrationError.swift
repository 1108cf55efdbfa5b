/// Why the schema was left as it is.
public enum MigrationError: Error, Hashable, Sendable {
    /// A file that is not called like `002_alerts.sql`.
    case malformedName(String)
    /// This version does not come after the one before it, or is there twice.
    case notAscending(version: Int)
    /// The database holds a migration that this program does not know: it belongs to a newer one.
    case newerDatabase(version: Int, name: String)
    /// An applied migration's text is not what it was when it was applied.
    case changed(version: Int, name: String)
    /// A migration ended its own transaction.
    case leftTransaction(version: Int, name: String)
}

extension MigrationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedName(let name):
            "migration file '\(name)' is not called like 002_alerts.sql"
        case .notAscending(let version):
            "migration \(version) is there twice or does not come after the one before it"
        case .newerDatabase(let version, let name):
            "the database has migration \(version) (\(name)), which this vigil does not know: run a newer vigil"
        case .changed(let version, let name):
            "migration \(version) (\(name)) was changed after it was applied: restore its text, add a new migration instead"
        case .leftTransaction(let version, let name):
            "migration \(version) (\(name)) ends its own transaction; it must not COMMIT or ROLLBACK"
        }
    }
}
