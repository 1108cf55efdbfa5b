import Postgres

extension Diagnosis {
    /// The server, its schema and what the configured user may do there.
    mutating func checkDatabase(_ settings: PostgresSettings) {
        var settings = settings
        settings.connectTimeoutMilliseconds = min(settings.connectTimeoutMilliseconds, 5_000)
        let advice = "Check postgres.host, postgres.port, postgres.user and the server's log"
        guard let connection = attempt("postgresql", advice: advice, { try PostgresConnection(settings) }) else {
            return
        }
        defer { connection.close() }
        let (major, minor) = connection.serverVersion.quotientAndRemainder(dividingBy: 10_000)
        if major >= 14 {
            ok("postgresql", "version \(major).\(minor) at \(settings)")
        } else {
            fault("postgresql", "version \(major).\(minor)", advice: "vigil needs PostgreSQL 14 or newer")
        }
        let status = attempt("migrations", advice: "Run 'vigil migrate'") { try Migrator().status(of: connection) }
        guard let status else { return }
        guard status.pending.isEmpty else {
            let names = status.pending.map { "\($0.version) \($0.name)" }.joined(separator: ", ")
            fault("migrations", "pending: \(names)", advice: "Run 'vigil migrate' as a user who may create the schema")
            return
        }
        ok("migrations", "all \(status.applied.count) applied")
        checkPrivileges(connection)
    }

    /// What the processor does there, each with its privilege.
    private mutating func checkPrivileges(_ connection: PostgresConnection) {
        let lacking = attempt("privileges", advice: "Grant vigil_writer to the user") {
            try connection.execute(
                """
                SELECT what FROM (VALUES
                    ('SELECT on vigil.stream_progress', has_table_privilege('vigil.stream_progress', 'SELECT')),
                    ('INSERT on vigil.stream_progress', has_table_privilege('vigil.stream_progress', 'INSERT')),
                    ('UPDATE on vigil.stream_progress', has_table_privilege('vigil.stream_progress', 'UPDATE')),
                    ('SELECT on vigil.alerts', has_table_privilege('vigil.alerts', 'SELECT')),
                    ('INSERT on vigil.alerts', has_table_privilege('vigil.alerts', 'INSERT')),
                    ('UPDATE (published_at) on vigil.alerts',
                        has_column_privilege('vigil.alerts', 'published_at', 'UPDATE')),
                    ('EXECUTE on vigil.ensure_alert_partition',
                        has_function_privilege('vigil.ensure_alert_partition(date)', 'EXECUTE'))
                ) AS needed (what, granted) WHERE NOT granted
                """
            ).map { row throws(PostgresError) in try row.value("what", as: String.self) }
        }
        let user = attempt("privileges", advice: "Check the connection") {
            try connection.execute("SELECT current_user::text").single(as: String.self)
        }
        guard let lacking, let user else { return }
        if lacking.isEmpty {
            ok("privileges", "\(user) may do what the processor does")
        } else {
            fault(
                "privileges", "\(user) lacks \(lacking.joined(separator: ", "))",
                advice: "GRANT vigil_writer TO \(user)")
        }
    }
}
