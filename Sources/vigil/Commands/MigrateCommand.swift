import ArgumentParser
import Postgres

/// `vigil migrate`: the database's schema.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the PostgreSQL schema up to date.",
        discussion: """
            Each migration is a transaction of its own; one migrator works at a time. The user must be allowed to create \
            the schema 'vigil' and roles. With --check nothing changes: exit code 1 says that migrations are pending.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Lists what is pending and changes nothing.")
    var check = false

    @OptionGroup var output: JSONOption

    func run() async throws {
        let connection = try PostgresConnection(try await options.reader().postgres())
        let migrator = try Migrator()
        let before = try migrator.status(of: connection)
        if check {
            try report(applied: before.applied.count, pending: before.pending, "pending")
            if !before.pending.isEmpty { throw ExitCode(1) }
            return
        }
        // What another migrator applied meanwhile is not among these.
        let applied = before.pending.isEmpty ? [] : try migrator.migrate(connection)
        try report(applied: try migrator.status(of: connection).applied.count, pending: [], newly: applied, "applied")
    }

    private func report(
        applied: Int, pending: [Migration], newly: [Migration] = [], _ word: String
    ) throws {
        for migration in pending + newly { Terminal.say("\(word): \(migration.version) \(migration.name)") }
        if (pending + newly).isEmpty { Terminal.say("Nothing to do: all \(applied) migrations are applied.") }
        guard output.json else { return }
        try Terminal.json(
            Summary(
                applied: applied, pending: pending.map { Summary.Item($0) },
                newlyApplied: newly.map { Summary.Item($0) }))
    }

    private struct Summary: Encodable {
        struct Item: Encodable {
            var version: Int
            var name: String

            init(_ migration: Migration) {
                version = migration.version
                name = migration.name
            }
        }

        /// How many the database has now.
        var applied: Int
        var pending: [Item]
        var newlyApplied: [Item]
    }
}
