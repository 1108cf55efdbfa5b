internal import FlyingFox
internal import FlyingSocks
internal import FoundationEssentials
internal import Glibc
public import Logging
public import ServiceLifecycle

/// Serves `/metrics`, `/health/live` and `/health/ready` over HTTP until the service group stops it.
public final class ConsoleServer: Service {
    private let server: HTTPServer
    private let routes: [String: @Sendable () async -> HTTPResponse]
    private let settings: ConsoleSettings
    private let logger: Logger

    /// - Parameter checks: asked by `/health/ready`; one that fails means that work should not be sent here now.
    ///   `/health/live` only says that the process answers.
    /// - Throws: `ConsoleError` if the settings' address is none.
    public init(
        _ settings: ConsoleSettings, registry: PrometheusRegistry, checks: [ReadinessCheck] = [], logger: Logger
    ) throws(ConsoleError) {
        self.settings = settings
        self.logger = logger
        let limit = Duration.milliseconds(settings.checkTimeoutMilliseconds)
        server = HTTPServer(config: try Self.configuration(settings), handler: nil)
        routes = [
            "GET /metrics": { Self.metrics(registry) },
            "GET /health/live": { await Self.health([], limit) },
            "GET /health/ready": { await Self.health(checks, limit) },
        ]
    }

    /// Serves until cancelled or told to shut down gracefully; then answers what is under way for up to a second.
    ///
    /// - Throws: `ConsoleError` if the address cannot be bound, such as a port in use.
    public func run() async throws {
        logger.info(
            "Serving metrics and health",
            metadata: ["address": "\(settings.address)", "port": .stringConvertible(settings.port)])
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
    public func listeningPort(within seconds: Double = 60) async throws -> Int {
        try await server.waitUntilListening(timeout: seconds)
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): return Int(port)
        default: throw ConsoleError(message: "the console does not listen")
        }
    }

    private static func configuration(_ settings: ConsoleSettings) throws(ConsoleError) -> HTTPServer.Configuration {
        let address = settings.address == "localhost" ? "127.0.0.1" : settings.address
        guard let port = UInt16(exactly: settings.port) else {
            throw ConsoleError(message: "\(settings.port) is no port to listen on")
        }
        do {
            guard address.contains(":") else {
                let socket = try sockaddr_in.inet(ip4: address, port: port)
                return HTTPServer.Configuration(address: socket, logger: .disabled)
            }
            let socket = try sockaddr_in6.inet6(ip6: address, port: port)
            return HTTPServer.Configuration(address: socket, logger: .disabled)
        } catch {
            throw ConsoleError(message: "'\(settings.address)' is no IP address to listen on")
        }
    }

    private static func metrics(_ registry: PrometheusRegistry) -> HTTPResponse {
        HTTPResponse(
            statusCode: .ok, headers: [.contentType: PrometheusText.contentType], body: Data(registry.render().utf8))
    }

    private static func health(_ checks: [ReadinessCheck], _ limit: Duration) async -> HTTPResponse {
        let report = await HealthReport(asking: checks, within: limit)
        guard let body = try? report.json() else { return HTTPResponse(statusCode: .internalServerError) }
        return HTTPResponse(
            statusCode: report.healthy ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
            body: body)
    }
}
