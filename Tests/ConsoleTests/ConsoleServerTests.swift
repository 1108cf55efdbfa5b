import Foundation
import Glibc
import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import Testing

@testable import Console

@Suite struct ConsoleServerTests {
    private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct NoConnection: Error {}

    /// The whole answer to one request on a connection of its own.
    private func get(_ path: String, port: Int) throws -> (status: String, body: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw NoConnection() }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { throw NoConnection() }
        var answer = Data()
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { answer += chunk[..<count] }
        let parts = String(decoding: answer, as: UTF8.self).components(separatedBy: "\r\n\r\n")
        return (parts[0], parts.dropFirst().joined())
    }

    @Test func servesMetricsAndHealthUntilShutDown() async throws {
        let ready = Flag()
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "events", dimensions: []).increment(by: 3)
        let server = try ConsoleServer(
            .init(port: 0, checkTimeoutMilliseconds: 50), registry: registry,
            checks: [
                ReadinessCheck(name: "broker") { .healthy("3 partitions") },
                ReadinessCheck(name: "postgres") { ready.isSet ? .healthy() : .unhealthy("it \"hangs\"") },
            ], logger: silent)
        let group = ServiceGroup(services: [server], logger: silent)
        async let serving: Void = group.run()
        let port = try await server.listeningPort(within: 600)

        let metrics = try get("/metrics", port: port)
        #expect(metrics.status.hasPrefix("HTTP/1.1 200"))
        #expect(metrics.status.contains("text/plain; version=0.0.4"))
        #expect(metrics.body.contains("events_total 3\n"))

        #expect(try get("/health/live", port: port).status.hasPrefix("HTTP/1.1 200"))
        let notReady = try get("/health/ready", port: port)
        #expect(notReady.status.hasPrefix("HTTP/1.1 503"))
        let report = try JSONDecoder().decode(HealthReport.self, from: Data(notReady.body.utf8))
        #expect(report.checks.map(\.name) == ["broker", "postgres"])
        #expect(report.checks.map(\.healthy) == [true, false])
        #expect(report.checks.map(\.detail) == ["3 partitions", "it \"hangs\""])
        ready.set()
        #expect(try get("/health/ready", port: port).status.hasPrefix("HTTP/1.1 200"))
        for path in ["/", "/metrics/x", "/%00"] {
            #expect(try get(path, port: port).status.hasPrefix("HTTP/1.1 404"), "\(path)")
        }

        await group.triggerGracefulShutdown()
        try await serving
        #expect(throws: NoConnection.self) { try get("/health/live", port: port) }
    }

    @Test func aCheckThatHangsIsUnhealthy() async {
        let check = ReadinessCheck(name: "hangs") {
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return .healthy()
        }
        let report = await HealthReport(asking: [check], within: .milliseconds(10))
        #expect(!report.healthy)
        #expect(report.checks.first?.detail?.contains("no answer") == true)
    }

    @Test func badAddressesAndTakenPortsAreErrors() async throws {
        #expect(throws: ConsoleError.self) {
            try ConsoleServer(.init(address: "nowhere.example"), registry: PrometheusRegistry(), logger: silent)
        }
        #expect(throws: ConsoleError.self) {
            try ConsoleServer(.init(port: 70_000), registry: PrometheusRegistry(), logger: silent)
        }
        _ = try ConsoleServer(.init(address: "::1"), registry: PrometheusRegistry(), logger: silent)
        let first = try ConsoleServer(.init(port: 0), registry: PrometheusRegistry(), logger: silent)
        let serving = Task { try await first.run() }
        let port = try await first.listeningPort(within: 600)
        let second = try ConsoleServer(.init(port: port), registry: PrometheusRegistry(), logger: silent)
        await #expect(throws: ConsoleError.self) { try await second.run() }
        serving.cancel()
        try await serving.value
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
