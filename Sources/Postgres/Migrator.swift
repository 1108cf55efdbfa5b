/// Brings a database's schema `vigil` up to date, one transaction a migration, one migrator at a time.
public struct Migrator: Sendable {
    /// What a database has and lacks.
    public struct Status: Hashable, Sendable {
        public var applied: [Int]
        public var pending: [Migration]
    }

    /// Any number that nothing else in the database locks: "vigil" in ASCII.
    private static let lockKey: Int64 = 0x76_6967_696C

    private let migrations: [Migration]

    /// - Throws: `MigrationError.notAscending` unless each version is greater than the one before it; numbers may be left
    ///   out.
    public init(_ migrations: [Migration] = Migration.builtIn) throws(MigrationError) {
        for (former, next) in zip(migrations, migrations.dropFirst()) where next.version <= former.version {
            throw .notAscending(version: next.version)
        }
        self.migrations = migrations
    }

    /// What would be applied. Changes nothing.
    ///
    /// - Throws: `MigrationError` where the database's history is not a beginning of ours, or `PostgresError`.
    public func status(of connection: PostgresConnection) throws -> Status {
        let exists: Bool = try connection.execute(
            "SELECT to_regclass('vigil.schema_migrations') IS NOT NULL"
        ).single()
        guard exists else { return Status(applied: [], pending: migrations) }
        let rows = try connection.execute(
            "SELECT version, name, checksum FROM vigil.schema_migrations ORDER BY version")
        let applied = try rows.map { try verify($0, on: connection) }
        return Status(applied: applied, pending: migrations.filter { !applied.contains($0.version) })
    }

    /// Applies what is pending and returns it. Waits for another migrator to finish first.
    ///
    /// - Throws: `MigrationError` or `PostgresError`; the migrations before the failing one stay applied.
    public func migrate(_ connection: PostgresConnection) throws -> [Migration] {
        // Building an index on a full table may take longer than any answer in normal work.
        let usualTimeout = connection.responseTimeoutMilliseconds
        connection.responseTimeoutMilliseconds = nil
        defer { connection.responseTimeoutMilliseconds = usualTimeout }
        try connection.run(script: "SET statement_timeout = 0; SET lock_timeout = '60s'")
        _ = try connection.execute("SELECT pg_advisory_lock($1)", [.int64(Self.lockKey)])
        defer { release(connection) }
        if try status(of: connection).applied.isEmpty { try createHistory(connection) }
        let pending = try status(of: connection).pending
        for migration in pending { try apply(migration, to: connection) }
        return pending
    }

    private func createHistory(_ connection: PostgresConnection) throws {
        try connection.transaction { connection in
            try connection.run(
                script: """
                    CREATE SCHEMA IF NOT EXISTS vigil;
                    CREATE TABLE IF NOT EXISTS vigil.schema_migrations (
                        version integer PRIMARY KEY,
                        name text NOT NULL,
                        checksum text NOT NULL,
                        applied_at timestamptz NOT NULL DEFAULT now()
                    );
                    COMMENT ON TABLE vigil.schema_migrations IS 'Which steps of Schemas/sql this database has had.';
                    """)
        }
    }

    private func apply(_ migration: Migration, to connection: PostgresConnection) throws {
        try connection.transaction { connection in
            try connection.run(script: migration.sql)
            guard connection.isInTransaction else {
                throw MigrationError.leftTransaction(version: migration.version, name: migration.name)
            }
            _ = try connection.execute(
                "INSERT INTO vigil.schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                [
                    .int64(Int64(migration.version)), .text(migration.name),
                    .text(try checksum(migration, connection)),
                ])
        }
    }

    /// The version of an applied migration, once it is found to be one of ours, unchanged.
    private func verify(_ row: PostgresRow, on connection: PostgresConnection) throws -> Int {
        let version: Int = try row.value("version")
        let name: String = try row.value("name")
        guard let known = migrations.first(where: { $0.version == version }) else {
            throw MigrationError.newerDatabase(version: version, name: name)
        }
        let stored: String = try row.value("checksum")
        guard try stored == checksum(known, connection) else {
            throw MigrationError.changed(version: version, name: name)
        }
        return version
    }

    /// SHA-256 of the text, by the server, which has it at hand.
    private func checksum(_ migration: Migration, _ connection: PostgresConnection) throws(PostgresError) -> String {
        try connection.execute("SELECT encode(sha256($1), 'hex')", [.bytes(Array(migration.sql.utf8))]).single()
    }

    private func release(_ connection: PostgresConnection) {
        do throws(PostgresError) {
            _ = try connection.execute("SELECT pg_advisory_unlock($1)", [.int64(Self.lockKey)])
            try connection.run(script: "RESET statement_timeout; RESET lock_timeout")
        } catch {
            connection.close()  // the lock goes with the session
        }
    }
}
