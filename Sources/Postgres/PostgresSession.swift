internal import Dispatch
public import Logging

/// A connection with a thread of its own, for callers that must not block: connects at first use, again after a loss.
///
/// Unchecked: `connection` is touched only on the serial `queue`.
public final class PostgresSession: @unchecked Sendable {
    private let queue = DispatchQueue(label: "vigil.postgres")
    private let settings: PostgresSettings
    private let logger: Logger?
    private var connection: PostgresConnection?

    public init(_ settings: PostgresSettings, logger: Logger? = nil) {
        self.settings = settings
        self.logger = logger
    }

    /// Runs `body` on the session's thread, one call at a time, in the order of the calls.
    ///
    /// - Throws: what `body` throws, or `PostgresError` where no connection could be had.
    public func run<Answer: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try body(try self.connected()) })
            }
        }
    }

    /// Ends the connection; the next `run` makes a new one.
    public func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.connection?.close()
                continuation.resume()
            }
        }
    }

    private func connected() throws(PostgresError) -> PostgresConnection {
        if let connection {
            if !connection.isHealthy { try connection.reconnect() }
            return connection
        }
        let fresh = try PostgresConnection(settings, logger: logger)
        connection = fresh
        return fresh
    }
}
