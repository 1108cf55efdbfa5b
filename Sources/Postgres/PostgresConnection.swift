internal import CLibPQ
internal import Glibc
public import Logging

/// One session with a PostgreSQL server over libpq. Calls block: make them from a thread of your own, or through
/// `PostgresSession`. Belongs to one thread at a time, which the compiler checks (it is not `Sendable`).
///
/// Every wait has an end (`PostgresSettings.responseTimeoutMilliseconds`), after which the connection counts as lost.
public final class PostgresConnection {
    public let settings: PostgresSettings
    /// How long to wait for an answer, from the settings at first; nil: for ever.
    public var responseTimeoutMilliseconds: Int?
    /// Asked once the server has been silent for three seconds, and then now and then: true gives the connection up before
    /// the time is.
    public var givesUp: (() -> Bool)?
    /// How often in a row nothing came of the server.
    var silentWaits = 0
    /// nil once the connection is lost or closed.
    private(set) var handle: OpaquePointer?
    /// Statements the server has parsed in this session, by text and parameter types.
    var prepared: [PreparedKey: String] = [:]
    private let notices: NoticeLog

    /// Connects.
    ///
    /// - Throws: `PostgresError` with the server's code (28P01: wrong password, 57P03: still starting, …).
    public init(_ settings: PostgresSettings, logger: Logger? = nil) throws(PostgresError) {
        self.settings = settings
        responseTimeoutMilliseconds = settings.responseTimeoutMilliseconds
        notices = NoticeLog(logger: logger)
        handle = try Self.connect(settings)
        notices.attach(to: handle)
    }

    deinit {
        PQfinish(handle)
    }

    /// Ends the session; a transaction in progress is rolled back by the server.
    public func close() {
        PQfinish(handle)
        handle = nil
        prepared = [:]
    }

    /// Ends this session and starts a new one with the same settings.
    public func reconnect() throws(PostgresError) {
        close()
        handle = try Self.connect(settings)
        notices.attach(to: handle)
    }

    /// False once the connection is known to be gone. Asks the socket, not the server: see `ping()`.
    public var isHealthy: Bool {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // The server's last words come first, the end of the stream after them.
        while poll(&descriptor, 1, 0) > 0, PQconsumeInput(handle) == 1 {}
        return PQstatus(handle) == CONNECTION_OK
    }

    /// One round trip to the server.
    public func ping() throws(PostgresError) {
        try run(script: "")
    }

    /// Whether a transaction is open, failed or not.
    public var isInTransaction: Bool {
        guard let handle else { return false }
        return PQtransactionStatus(handle) == PQTRANS_INTRANS || PQtransactionStatus(handle) == PQTRANS_INERROR
    }

    /// The server's version, such as 150018 for 15.18.
    public var serverVersion: Int { handle.map { Int(PQserverVersion($0)) } ?? 0 }

    /// A name as an SQL identifier: `we"ird` becomes `"we""ird"`. The one way to put a name into SQL text.
    ///
    /// - Throws: `PostgresError` for an empty name or one with U+0000.
    public static func quoted(identifier name: String) throws(PostgresError) -> String {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            throw PostgresError(sqlState: "42602", message: "not usable as an identifier", operation: "quote")
        }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The handle of a connection that is up.
    func live(_ operation: String) throws(PostgresError) -> OpaquePointer {
        guard let handle, PQstatus(handle) == CONNECTION_OK else {
            throw .lost("the connection is closed", operation: operation)
        }
        return handle
    }
}
