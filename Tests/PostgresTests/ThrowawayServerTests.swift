import Foundation
import Testing

@testable import Postgres

@Suite struct ThrowawayServerTests {
    @Test func startsServesAndLeavesNothing() throws {
        let server = try ThrowawayServer(.init(database: "demo"))
        #expect(try PostgresConnection(server.settings).execute("SELECT current_database()::text").single() == "demo")
        let connection = try PostgresConnection(server.tcpSettings)
        #expect(try connection.execute("SELECT 1").single() == 1)
        var wrong = server.tcpSettings
        wrong.password = Secret("hunter2")
        let refused = postgresError { _ = try PostgresConnection(wrong) }
        #expect(refused?.sqlState == "28P01" && refused?.isRetriable == false)
        server.stop()
        #expect(!connection.isHealthy)
        #expect(postgresError { _ = try PostgresConnection(server.settings) }?.isRetriable == true)
        #expect(!FileManager.default.fileExists(atPath: server.directory))
    }

    @Test func aPortInUseIsReported() throws {
        let server = try ThrowawayServer()
        let error = postgresError { _ = try ThrowawayServer(.init(port: server.port)) }
        #expect(error?.message.contains("\(server.port)") == true)
    }
}
