import Testing

@testable import Postgres

/// What `Schemas/sql` promises to the processor and to analysts.
@Suite struct SchemaTests {
    private let database: TestDatabase
    private let connection: PostgresConnection

    init() throws {
        database = try TestDatabase(migrated: true)
        connection = try database.connect()
    }

    private func insertAlert(
        _ offset: Int64, day: String = "2018-08-08", score: Float = 0.5, decision: String = "review"
    ) throws {
        _ = try connection.execute(
            """
            INSERT INTO vigil.alerts (alert_id, topic, partition, record_offset, transaction_id, user_pseudonym, amount,
                event_time, model_score, score, decision, model_hash, rules_hash)
            VALUES ($1, 'transactions', 0, $2, 'tx-' || $2, 'user', 10.5, $3::text::timestamptz, $4, $4, $5, 'm', 'r')
            """,
            [.uuid(uuid(offset)), .int64(offset), .text(day + " 12:00:00+00"), .float(score), .text(decision)])
    }

    private func uuid(_ offset: Int64) -> String {
        let digits = String(offset)
        return "00000000-0000-0000-0000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private func ensurePartition(_ day: String) throws -> Bool {
        try connection.execute("SELECT vigil.ensure_alert_partition($1::text::date)", [.text(day)]).single()
    }

    private func partition(of offset: Int64) throws -> String {
        try connection.execute(
            "SELECT relname FROM vigil.alerts JOIN pg_class c ON c.oid = alerts.tableoid WHERE record_offset = $1",
            [.int64(offset)]
        ).single()
    }

    private func denied(_ role: String, _ sql: String) throws -> Bool {
        try connection.run(script: "SET ROLE \(role)")
        defer { try? connection.run(script: "RESET ROLE") }
        let error = postgresError { _ = try connection.execute(sql) }
        return error?.sqlState == "42501"
    }

    @Test func writerDoesItsWorkAndNoMore() throws {
        #expect(try !denied("vigil_writer", "SELECT vigil.ensure_alert_partition('2018-08-01')"))
        try connection.run(script: "SET ROLE vigil_writer")
        try insertAlert(1)
        try connection.run(script: "RESET ROLE")
        let allowed = [
            "UPDATE vigil.alerts SET published_at = now()",
            "INSERT INTO vigil.stream_progress (topic, partition, next_offset, restore_offset, first_offset)"
                + " VALUES ('t', 0, 0, 0, 0)",
            "UPDATE vigil.stream_progress SET next_offset = 5, scored = 4 WHERE topic = 't'",
            "SELECT version FROM vigil.schema_migrations",
        ]
        for sql in allowed { #expect(try !denied("vigil_writer", sql), "\(sql)") }
        let forbidden = [
            "DELETE FROM vigil.alerts", "UPDATE vigil.alerts SET score = 0", "TRUNCATE vigil.alerts",
            "DELETE FROM vigil.stream_progress", "CREATE TABLE vigil.mine (n int)", "DROP TABLE vigil.alerts",
            "INSERT INTO vigil.alert_labels VALUES (gen_random_uuid(), 'fraud')",
            "INSERT INTO vigil.schema_migrations VALUES (99, 'x', 'x')",
        ]
        for sql in forbidden { #expect(try denied("vigil_writer", sql), "\(sql)") }
        let unaccounted: Int = try connection.execute("SELECT unaccounted FROM vigil.stream_progress").single()
        #expect(unaccounted == 1)
    }

    @Test func readerOnlyReadsAndAnalystOnlyLabels() throws {
        for view in ["alerts", "alert_queue", "alerts_daily", "alert_labels", "stream_progress", "schema_migrations"] {
            #expect(try !denied("vigil_reader", "SELECT * FROM vigil.\(view)"), "\(view)")
        }
        let writes = [
            "INSERT INTO vigil.alerts (alert_id) VALUES (gen_random_uuid())",
            "UPDATE vigil.alerts SET published_at = now()",
            "DELETE FROM vigil.alerts", "SELECT vigil.ensure_alert_partition('2018-08-01')",
            "UPDATE vigil.stream_progress SET next_offset = 0", "CREATE TABLE vigil.mine (n int)",
        ]
        for role in ["vigil_reader", "vigil_analyst"] {
            for sql in writes { #expect(try denied(role, sql), "\(role): \(sql)") }
        }
        let label = "INSERT INTO vigil.alert_labels (alert_id, label) VALUES (gen_random_uuid(), 'fraud')"
        #expect(try denied("vigil_reader", label))
        #expect(try !denied("vigil_analyst", label))
    }

    @Test func monthsGetTheirOwnPartition() throws {
        try insertAlert(1, day: "2018-08-31")
        #expect(try partition(of: 1) == "alerts_default")
        #expect(try ensurePartition("2018-08-15"))
        #expect(try !ensurePartition("2018-08-16"))
        #expect(try partition(of: 1) == "alerts_2018_08")
        try insertAlert(2, day: "2018-08-01")
        try insertAlert(3, day: "2018-09-01")
        #expect(try partition(of: 2) == "alerts_2018_08")
        #expect(try partition(of: 3) == "alerts_default")
        for impossible in ["0001-01-01", "9999-12-31", "1969-12-31"] { #expect(try !ensurePartition(impossible)) }
        let indexes: Int = try connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'alerts_2018_08'"
        ).single()
        #expect(indexes == 7)
        #expect(postgresError { try insertAlert(2, day: "2018-08-01") }?.sqlState == "23505")
        #expect(postgresError { try insertAlert(4, decision: "allow") }?.sqlState == "23514")
    }

    @Test func severalWritersMayAskForTheSameMonth() async throws {
        let settings = database.settings
        let made = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await PostgresSession(settings).run {
                        try $0.execute("SELECT vigil.ensure_alert_partition('2020-02-01')").single()
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 1)
    }

    @Test func analystsSeeTheQueueAndTheDays() throws {
        try insertAlert(1, score: 0.5)
        try insertAlert(2, score: 0.9)
        try insertAlert(3, score: 0.99, decision: "decline")
        try insertAlert(4, score: 0.7)
        try insertAlert(5, day: "2018-08-09", score: 0.4)
        _ = try connection.execute(
            "INSERT INTO vigil.alert_labels (alert_id, label) VALUES ($1, 'fraud'), ($2, 'legitimate')",
            [.uuid(uuid(4)), .uuid(uuid(1))])
        let queue = try connection.execute("SELECT * FROM vigil.alert_queue")
        #expect(try queue.map { try $0.value("record_offset", as: Int.self) } == [2, 5])
        let waiting: Bool = try connection.execute(
            "SELECT bool_and(age BETWEEN interval '0' AND interval '1 hour') FROM vigil.alert_queue"
        ).single()
        #expect(waiting)
        let days = try connection.execute("SELECT * FROM vigil.alerts_daily ORDER BY day, decision")
        #expect(try days.map { try $0.value("decision", as: String.self) } == ["decline", "review", "review"])
        let review = try #require(days.dropFirst().first)
        #expect(try review.value("day", as: String.self) == "2018-08-08")
        #expect(try review.value("alerts", as: Int.self) == 3)
        #expect(try review.value("amount", as: Double.self) == 31.5)
        #expect(try abs(review.value("mean_score", as: Double.self) - 0.7) < 1e-6)
        #expect(try review.value("labelled", as: Int.self) == 2)
        #expect(try review.value("fraud", as: Int.self) == 1)
        #expect(try review.value("precision", as: Double?.self) == 0.5)
        #expect(try days.first?.value("precision", as: Double?.self) == nil)
    }

    @Test func everythingIsExplained() throws {
        let silent = try connection.execute(
            """
            SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relname IN ('alerts', 'alert_labels', 'stream_progress') AND a.attnum > 0 AND NOT a.attisdropped
                AND col_description(c.oid, a.attnum) IS NULL
            """)
        #expect(try silent.map { try $0.value("name", as: String.self) } == [])
    }
}
