import Foundation
import Testing

@testable import Postgres

@Suite struct MigratorTests {
    private let database: TestDatabase
    private let connection: PostgresConnection
    private let steps = [
        Migration(version: 1, name: "first", sql: "CREATE TABLE vigil.a (n int); INSERT INTO vigil.a VALUES (1)"),
        Migration(version: 2, name: "second", sql: "ALTER TABLE vigil.a ADD m int"),
    ]

    init() throws {
        database = try TestDatabase()
        connection = try database.connect()
    }

    /// The binary carries what people read.
    @Test func builtInMigrationsAreThoseOfSchemas() throws {
        let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Schemas/sql").path
        #expect(try Migration.load(directory: directory) == Migration.builtIn)
    }

    @Test func appliesOnceAndReportsPending() throws {
        let one = try Migrator(Array(steps.prefix(1)))
        let two = try Migrator(steps)
        #expect(try two.status(of: connection) == Migrator.Status(applied: [], pending: steps))
        #expect(try one.migrate(connection).map(\.version) == [1])
        #expect(try two.status(of: connection) == Migrator.Status(applied: [1], pending: [steps[1]]))
        #expect(try two.migrate(connection).map(\.version) == [2])
        #expect(try two.migrate(connection).isEmpty)
        #expect(try connection.execute("SELECT n FROM vigil.a").count == 1)
        #expect(throws: MigrationError.newerDatabase(version: 2, name: "second")) { try one.migrate(connection) }
    }

    @Test func severalMigratorsAtOnceApplyOnce() async throws {
        let (settings, steps) = (database.settings, steps)
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await PostgresSession(settings).run { try Migrator(steps).migrate($0).count }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(applied == 2)
        #expect(try connection.execute("SELECT n FROM vigil.a").count == 1)
    }

    @Test func historiesThatDifferAreRefused() throws {
        _ = try Migrator(steps).migrate(connection)
        var changed = steps
        changed[0].sql += " "
        #expect(throws: MigrationError.changed(version: 1, name: "first")) { try Migrator(changed).migrate(connection) }
        #expect(throws: MigrationError.notAscending(version: 1)) { try Migrator([steps[0], steps[0]]) }
        // Branches have numbers of their own: a lower one may come after a higher one has been applied.
        let later = Migration(version: 9, name: "later", sql: "CREATE TABLE vigil.c (n int)")
        #expect(try Migrator(steps + [later]).migrate(connection) == [later])
        let between = Migration(version: 5, name: "between", sql: "CREATE TABLE vigil.d (n int)")
        let all = try Migrator(steps + [between, later])
        #expect(try all.migrate(connection) == [between])
        #expect(try all.status(of: connection).applied == [1, 2, 5, 9])
        #expect(throws: MigrationError.malformedName("alerts.sql")) { try Migration(fileName: "alerts.sql", sql: "") }
        #expect(try Migration(fileName: "012_a_b.sql", sql: "") == Migration(version: 12, name: "a_b", sql: ""))
    }

    @Test func aFailedStepLeavesNothing() throws {
        let broken = Migration(version: 2, name: "broken", sql: "CREATE TABLE vigil.b (n int); SELECT 1 / 0")
        #expect(postgresError { _ = try Migrator([steps[0], broken]).migrate(connection) }?.sqlState == "22012")
        #expect(try Migrator(steps).status(of: connection).applied == [1])
        #expect(try connection.execute("SELECT to_regclass('vigil.b') IS NULL").single() == true)
        let leaving = Migration(version: 2, name: "leaving", sql: "COMMIT")
        #expect(throws: MigrationError.leftTransaction(version: 2, name: "leaving")) {
            try Migrator([steps[0], leaving]).migrate(connection)
        }
        // The lock is free and the session as before.
        #expect(try Migrator(steps).migrate(database.connect()).map(\.version) == [2])
    }
}
