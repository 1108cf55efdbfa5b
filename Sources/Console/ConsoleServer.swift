internal import FlyingFox
internal import FlyingSocks
internal import FoundationEssentials
internal import Glibc
public import ServiceLifecycle

/// Serves `/metrics`, `/health/live` and `/health/ready` over HTTP until the service group stops it.
public final class ConsoleServer: Service {
    public struct Settings: Hashable, Sendable {
        /// IPv4 or IPv6 address to listen on, or `localhost`.
        public var address: String
        /// 0 takes a free port: see `ConsoleServer.listeningPort()`.
        public var port: UInt16
        /// How long a health check may take.
        public var checkTimeoutMilliseconds: Int

        public init(address: String = "127.0.0.1", port: UInt16 = 9464, checkTimeoutMilliseconds: Int = 2000) {
            self.address = address
            self.port = port
            self.checkTimeoutMilliseconds = checkTimeoutMilliseconds
        }
    }

    private let server: HTTPServer
    private let routes: [String: @Sendable () async -> HTTPResponse]

    /// - Parameters:
    ///   - live: asked by `/health/live`; failing means that a restart would help. Mostly empty.
    ///   - ready: asked by `/health/ready`; failing means that work should not be sent here now.
    /// - Throws: `ConsoleError` if the settings' address is none.
    public init(
        _ settings: Settings, registry: PrometheusRegistry, live: [HealthCheck] = [], ready: [HealthCheck] = []
    ) throws(ConsoleError) {
        let limit = Duration.milliseconds(settings.checkTimeoutMilliseconds)
        server = HTTPServer(config: try Self.configuration(settings), handler: nil)
        routes = [
            "GET /metrics": { Self.metrics(registry) },
            "GET /health/live": { await Self.health(live, limit) },
            "GET /health/ready": { await Self.health(ready, limit) },
        ]
    }

    /// Serves until cancelled or told to shut down gracefully; then answers what is under way for up to a second.
    ///
    /// - Throws: `ConsoleError` if the address cannot be bound, such as a port in use.
    public func run() async throws {
        for (route, answer) in routes {
            await server.appendRoute(HTTPRoute(route)) { _ in await answer() }
        }
        try await withGracefulShutdownHandler {
            do {
                try await server.run()
            } catch {
                // Stopping closes the socket that run() waits on, which it reports as an error.
                guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
                throw ConsoleError(message: "the console cannot listen: \(error)")
            }
        } onGracefulShutdown: { [server] in
            Task { await server.stop(timeout: 1) }
        }
    }

    /// The port it listens on, once it does.
    public func listeningPort() async throws -> Int {
        try await server.waitUntilListening()
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): return Int(port)
        default: throw ConsoleError(message: "the console does not listen")
        }
    }

    private static func configuration(_ settings: Settings) throws(ConsoleError) -> HTTPServer.Configuration {
        let address = settings.address == "localhost" ? "127.0.0.1" : settings.address
        do {
            guard address.contains(":") else {
                let socket = try sockaddr_in.inet(ip4: address, port: settings.port)
                return HTTPServer.Configuration(address: socket, logger: .disabled)
            }
            let socket = try sockaddr_in6.inet6(ip6: address, port: settings.port)
            return HTTPServer.Configuration(address: socket, logger: .disabled)
        } catch {
            throw ConsoleError(message: "'\(settings.address)' is no IP address to listen on")
        }
    }

    private static func metrics(_ registry: PrometheusRegistry) -> HTTPResponse {
        HTTPResponse(
            statusCode: .ok, headers: [.contentType: PrometheusText.contentType], body: Data(registry.render().utf8))
    }

    private static func health(_ checks: [HealthCheck], _ limit: Duration) async -> HTTPResponse {
        let report = await HealthReport(asking: checks, within: limit)
        guard let body = try? report.json() else { return HTTPResponse(statusCode: .internalServerError) }
        return HTTPResponse(
            statusCode: report.healthy ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
            body: body)
    }
}
