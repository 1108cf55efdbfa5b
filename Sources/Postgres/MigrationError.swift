/// Why the schema was left as it is.
public enum MigrationError: Error, Hashable, Sendable {
    /// A file that is not called like `002_alerts.sql`.
    case malformedName(String)
    /// The known migrations do not run 1, 2, 3, …; this version is missing or there twice.
    case notContiguous(version: Int)
    /// The database holds a migration that this program does not know: it belongs to a newer one.
    case newerDatabase(version: Int, name: String)
    /// An applied migration's text is not what it was when it was applied.
    case changed(version: Int, name: String)
    /// The database has a later migration but not this one.
    case gap(version: Int)
    /// A migration ended its own transaction.
    case leftTransaction(version: Int, name: String)
}

extension MigrationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedName(let name):
            "migration file '\(name)' is not called like 002_alerts.sql"
        case .notContiguous(let version):
            "migration \(version) is missing or there twice; they must run 1, 2, 3, …"
        case .newerDatabase(let version, let name):
            "the database has migration \(version) (\(name)), which this vigil does not know: run a newer vigil"
        case .changed(let version, let name):
            "migration \(version) (\(name)) was changed after it was applied: restore its text, add a new migration instead"
        case .gap(let version):
            "the database lacks migration \(version) but has later ones: repair vigil.schema_migrations by hand"
        case .leftTransaction(let version, let name):
            "migration \(version) (\(name)) ends its own transaction; it must not COMMIT or ROLLBACK"
        }
    }
}
