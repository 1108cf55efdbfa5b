import Testing

@testable import Postgres

@Suite struct StatementTests {
    private let database: TestDatabase
    private let connection: PostgresConnection

    init() throws {
        database = try TestDatabase()
        connection = try database.connect()
        try connection.run(script: "CREATE TABLE numbers (n bigint PRIMARY KEY, name text)")
    }

    private func stored() throws -> [Int] {
        try connection.execute("SELECT n FROM numbers ORDER BY n").map { try $0.value("n") }
    }

    @Test func preparedStatementsAreParsedOnce() throws {
        for number in Int64(0)..<5 {
            _ = try connection.executePrepared("INSERT INTO numbers VALUES ($1, $2)", [.int64(number), .text(nil)])
        }
        _ = try connection.executePrepared("INSERT INTO numbers VALUES ($1, $2)", [.int32(9), .text("nine")])
        #expect(try stored() == [0, 1, 2, 3, 4, 9])
        // One for int8, one for int4.
        let prepared: Int = try connection.execute("SELECT count(*) FROM pg_prepared_statements").single()
        #expect(prepared == 2)
    }

    @Test func errorsNameAStatementByItsBeginning() {
        #expect(PostgresConnection.name(of: "  SELECT\n\t 1  ") == "execute 'SELECT 1'")
        let long = PostgresConnection.name(of: "SELECT \(String(repeating: "é", count: 100))")
        #expect(long.hasPrefix("execute 'SELECT éé") && long.hasSuffix("é…'") && long.utf8.count < 90)
    }

    @Test func aChangedTableIsPreparedAnew() throws {
        let sql = "SELECT * FROM numbers"
        #expect(try connection.executePrepared(sql).columns == ["n", "name"])
        try connection.run(script: "ALTER TABLE numbers ADD COLUMN more int")
        #expect(postgresError { _ = try connection.executePrepared(sql) }?.sqlState == "0A000")
        #expect(try connection.executePrepared(sql).columns == ["n", "name", "more"])
        try connection.run(script: "DEALLOCATE ALL")
        #expect(postgresError { _ = try connection.executePrepared(sql) }?.sqlState == "26000")
        #expect(try connection.executePrepared(sql).columns.count == 3)
    }

    @Test func aBatchAnswersInOrder() throws {
        var batch = PostgresBatch()
        for number in 0..<300 {
            try batch.add("INSERT INTO numbers VALUES ($1, $2)", [.int64(Int64(number)), .text("\(number)")])
        }
        try batch.add("SELECT count(*) FROM numbers")
        try batch.add("SELECT name FROM numbers WHERE n = $1", [.int64(7)])
        let results = try connection.execute(batch)
        #expect(results.count == 302)
        #expect(results[3].affectedRows == 1)
        #expect(try results[300].single(as: Int.self) == 300)
        #expect(try results[301].single(as: String.self) == "7")
        // What the batch prepared is there for single statements, and the other way round.
        #expect(connection.prepared.count == 3)
        _ = try connection.executePrepared("SELECT name FROM numbers WHERE n = $1", [.int64(8)])
        #expect(connection.prepared.count == 3)
    }

    @Test func anErrorInTheMiddleUndoesTheBatch() throws {
        var batch = PostgresBatch()
        try batch.add("INSERT INTO numbers VALUES (1)")
        try batch.add("INSERT INTO numbers VALUES ($1)", [.int64(1)])
        try batch.add("INSERT INTO numbers VALUES (3)")
        let error = postgresError { _ = try connection.execute(batch) }
        #expect(error?.sqlState == "23505")
        #expect(error?.batchIndex == 1)
        #expect(error?.isOutcomeUnknown == false)
        #expect(try stored().isEmpty)
        // The connection is in its usual state again, and unprepared statements were not taken for prepared.
        var second = PostgresBatch()
        try second.add("INSERT INTO numbers VALUES (3)")
        #expect(try connection.execute(second).count == 1)
        #expect(try stored() == [3])
    }

    @Test func aConstraintThatFailsAtTheEndUndoesTheBatch() throws {
        try connection.run(
            script: "ALTER TABLE numbers ADD parent bigint REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED")
        var batch = PostgresBatch()
        try batch.add("INSERT INTO numbers (n, parent) VALUES (1, 99)")
        #expect(postgresError { _ = try connection.execute(batch) }?.sqlState == "23503")
        #expect(try stored().isEmpty)
    }

    @Test func largeBatchesDoNotLockUp() throws {
        var batch = PostgresBatch()
        let large = String(repeating: "x", count: 100_000)
        for _ in 0..<100 { try batch.add("SELECT repeat($1, 10) AS text", [.text(large)]) }
        let results = try connection.execute(batch)
        #expect(results.count == 100)
        #expect(try results[99].single(as: String.self).utf8.count == 1_000_000)
    }

    @Test func copyTakesOddCharactersAndReportsRows() throws {
        try connection.run(
            script: "CREATE TABLE \"odd \"\"table\" (id int, body text, raw bytea, at timestamptz, j jsonb)")
        let texts = ["\\N", "\\.", "tab\tnew\nline", "", "🧾 'quoted' \"double\"", #"{"a":1}"#]
        let copied = try connection.copy(into: ["odd \"table"], columns: ["id", "body", "raw", "at", "j"]) { writer in
            for (index, text) in texts.enumerated() {
                try writer.row([
                    .int32(Int32(index)), .text(text), .bytes(Array(text.utf8)), .timestamp(milliseconds: 1),
                    .json(nil),
                ])
            }
        }
        #expect(copied == texts.count)
        let rows = try connection.execute("SELECT body, raw FROM \"odd \"\"table\" ORDER BY id")
        #expect(try rows.map { try $0.value("body") } == texts)
        #expect(try rows.map { try $0.value("raw", as: [UInt8].self) } == texts.map { Array($0.utf8) })
    }

    @Test func copyIsAllOrNothing() throws {
        struct GivenUp: Error {}
        #expect(throws: GivenUp.self) {
            _ = try connection.copy(into: ["numbers"], columns: ["n", "name"]) { writer in
                for number in Int64(0)..<20_000 {
                    try writer.row([.int64(number), .text("some text to fill the buffer")])
                }
                throw GivenUp()
            }
        }
        #expect(try stored().isEmpty)
        let doubled = postgresError {
            _ = try connection.copy(into: ["numbers"], columns: ["n"]) { writer in
                try writer.row([.int64(1)])
                try writer.row([.int64(1)])
            }
        }
        #expect(doubled?.sqlState == "23505")
        let missing = postgresError { _ = try connection.copy(into: ["nowhere"], columns: ["n"]) { _ in } }
        #expect(missing?.sqlState == "42P01")
        #expect(try stored().isEmpty)
    }

    @Test func transactionsCommitOrRollBack() throws {
        struct Refused: Error {}
        try connection.transaction { _ = try $0.execute("INSERT INTO numbers VALUES (1)") }
        #expect(throws: Refused.self) {
            try connection.transaction { connection in
                _ = try connection.execute("INSERT INTO numbers VALUES (2)")
                throw Refused()
            }
        }
        // A failure that the body swallows must not pass for a commit.
        let swallowed = postgresError {
            try connection.transaction { connection in
                _ = try connection.execute("INSERT INTO numbers VALUES (3)")
                _ = try? connection.execute("SELECT 1 / 0")
            }
        }
        #expect(swallowed?.sqlState == "25P02")
        #expect(postgresError { try connection.transaction { try $0.transaction { _ in } } }?.sqlState == "25001")
        #expect(try stored() == [1])
    }
}
