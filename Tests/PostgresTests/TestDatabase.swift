import Foundation
import Postgres

/// An empty database of its own on the suite's server: the one `VIGIL_TEST_POSTGRES` names, else a throwaway one that is
/// started once. Dropped with the last reference.
final class TestDatabase: Sendable {
    private enum Server {
        case named(PostgresSettings)
        case throwaway(ThrowawayServer)

        var settings: PostgresSettings {
            switch self {
            case .named(let settings): settings
            case .throwaway(let server): server.settings
            }
        }
    }

    private static let server = Result<Server, any Error> {
        if let text = ProcessInfo.processInfo.environment["VIGIL_TEST_POSTGRES"] {
            return .named(try PostgresSettings(url: text))
        }
        return .throwaway(try ThrowawayServer())
    }

    let settings: PostgresSettings
    private let administration: PostgresSettings

    init(migrated: Bool = false) throws {
        administration = try Self.server.get().settings
        let name = "vigil_test_\(UInt64.random(in: 0...UInt64.max))"
        try PostgresConnection(administration).run(script: "CREATE DATABASE \(name) TEMPLATE template0")
        settings = administration.with(database: name)
        if migrated { _ = try Migrator().migrate(connect()) }
    }

    deinit {
        guard let name = settings.database else { return }
        try? PostgresConnection(administration).run(script: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    func connect() throws(PostgresError) -> PostgresConnection {
        try PostgresConnection(settings)
    }
}

/// The error `body` throws, if it is ours.
func postgresError(_ body: () throws -> Void) -> PostgresError? {
    do {
        try body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
