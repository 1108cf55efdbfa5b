import Testing

@testable import Postgres

@Suite struct FailureTests {
    private let database: TestDatabase
    private let connection: PostgresConnection

    init() throws {
        database = try TestDatabase()
        connection = try database.connect()
    }

    private func killSession() throws {
        let process: Int = try connection.execute("SELECT pg_backend_pid()").single()
        let killed: Bool = try database.connect().execute(
            "SELECT pg_terminate_backend($1::int, 5000)", [.int32(Int32(process))]
        ).single()
        #expect(killed)
    }

    @Test func errorsSayWhatWhereAndWhy() throws {
        try connection.run(script: "CREATE TABLE cards (id text PRIMARY KEY)")
        _ = try connection.execute("INSERT INTO cards VALUES ($1)", [.text("secret-card")])
        let error = try #require(
            postgresError { _ = try connection.execute("INSERT INTO cards VALUES ($1)", [.text("secret-card")]) })
        #expect(error.sqlState == "23505")
        #expect(error.detail?.contains("secret-card") == true)
        #expect(!"\(error)".contains("secret-card"))
        #expect("\(error)".contains("INSERT INTO cards"))
        #expect(!error.isRetriable && !error.isConnectionLost)
        #expect(connection.isHealthy)
    }

    @Test func aKilledSessionIsNoticedAndReplaced() throws {
        _ = try connection.executePrepared("SELECT $1", [.int64(1)])
        try killSession()
        #expect(!connection.isHealthy)
        let error = try #require(postgresError { try connection.ping() })
        #expect(error.isConnectionLost && error.isRetriable)
        try connection.reconnect()
        #expect(try connection.executePrepared("SELECT $1", [.int64(2)]).single() == 2)
    }

    @Test(arguments: [false, true])
    func losingTheSessionInMidTransactionIsRetriable(inBatch: Bool) throws {
        let error = try #require(
            postgresError {
                try connection.transaction { connection in
                    try killSession()
                    guard inBatch else { return _ = try connection.execute("SELECT 1") }
                    var batch = PostgresBatch()
                    try batch.add("SELECT 1")
                    try batch.add("SELECT 2")
                    _ = try connection.execute(batch)
                }
            })
        #expect(error.isConnectionLost && error.isRetriable)
        #expect(error.isOutcomeUnknown == inBatch)
        #expect(!connection.isInTransaction)
    }

    @Test func losingTheSessionAtCommitLeavesTheOutcomeOpen() throws {
        let error = try #require(postgresError { try connection.transaction { _ in try killSession() } })
        #expect(error.isOutcomeUnknown && error.isConnectionLost)
    }

    @Test func slowStatementsEnd() throws {
        var settings = database.settings
        settings.statementTimeoutMilliseconds = 20
        let byServer = postgresError { _ = try PostgresConnection(settings).execute("SELECT pg_sleep(60)") }
        #expect(byServer?.sqlState == "57014" && byServer?.isRetriable == true && byServer?.isConnectionLost == false)
        settings.statementTimeoutMilliseconds = nil
        settings.responseTimeoutMilliseconds = 20
        let slow = try PostgresConnection(settings)
        let byUs = postgresError { _ = try slow.execute("SELECT pg_sleep(60)") }
        #expect(byUs?.isConnectionLost == true && byUs?.isRetriable == true)
        #expect(!slow.isHealthy)
        let stopped = try PostgresConnection(database.settings)
        stopped.givesUp = { true }
        let givenUp = postgresError { _ = try stopped.execute("SELECT pg_sleep(600)") }
        #expect(givenUp?.isConnectionLost == true && !stopped.isHealthy)
    }

    @Test func deadlocksAndConflictsAreRetriable() throws {
        let other = try database.connect()
        try connection.run(script: "CREATE TABLE one (n int); INSERT INTO one VALUES (0)")
        let error = postgresError {
            try connection.transaction(.repeatableRead) { connection in
                _ = try connection.execute("SELECT n FROM one")
                _ = try other.execute("UPDATE one SET n = 1")
                _ = try connection.execute("UPDATE one SET n = 2")
            }
        }
        #expect(error?.sqlState == "40001" && error?.isRetriable == true)
        for state in ["40P01", "53100", "53300", "57P01", "57P03", "08006"] {
            #expect(PostgresError(sqlState: state, message: "", operation: "").isRetriable, "\(state)")
        }
        #expect(!PostgresError(sqlState: "28P01", message: "", operation: "", isConnectionLost: true).isRetriable)
    }

    @Test func refusedConnectionsNameTheReason() throws {
        let nowhere = postgresError { _ = try PostgresConnection(PostgresSettings(host: "127.0.0.1", port: 1)) }
        #expect(nowhere?.isRetriable == true)
        let noDatabase = postgresError { _ = try PostgresConnection(database.settings.with(database: "absent")) }
        #expect(noDatabase?.sqlState == "3D000" && noDatabase?.isRetriable == false)
        #expect(noDatabase?.message.contains("absent") == true)
    }

    @Test func aScriptCannotLeaveCopyOpen() throws {
        #expect(postgresError { try connection.run(script: "COPY (SELECT 1) TO STDOUT") }?.isConnectionLost == true)
    }

    @Test func sessionsReconnectByThemselves() async throws {
        let session = PostgresSession(database.settings)
        let first = try await session.run { try $0.execute("SELECT pg_backend_pid()").single(as: Int.self) }
        _ = try database.connect().execute("SELECT pg_terminate_backend($1::int, 5000)", [.int32(Int32(first))])
        let second = try await session.run { try $0.execute("SELECT pg_backend_pid()").single(as: Int.self) }
        #expect(first != second)
        await session.close()
    }
}
