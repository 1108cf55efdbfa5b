/// What went wrong between vigil and PostgreSQL. Holds no password and no parameter values of ours.
public struct PostgresError: Error, Hashable, Sendable {
    /// The server's five-character code, or nil where the fault was found on this side.
    public var sqlState: String?
    /// One line, from the server or from libpq.
    public var message: String
    /// The server's DETAIL. May quote row values, so it is not part of `description`.
    public var detail: String?
    /// The server's HINT.
    public var hint: String?
    /// What was being done, such as `connect` or `execute 'SELECT …'`.
    public var operation: String
    /// The connection is of no more use; `reconnect()` makes a new one.
    public var isConnectionLost: Bool
    /// The connection went during COMMIT or a batch: the work may or may not have been done.
    public var isOutcomeUnknown: Bool
    /// Position of the failed statement in its batch.
    public var batchIndex: Int?

    public init(
        sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil, operation: String,
        isConnectionLost: Bool = false, isOutcomeUnknown: Bool = false, batchIndex: Int? = nil
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.operation = operation
        self.isConnectionLost = isConnectionLost
        self.isOutcomeUnknown = isOutcomeUnknown
        self.batchIndex = batchIndex
    }

    /// The same work may succeed if tried again later, on a new connection where this one is lost.
    ///
    /// - Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
    public var isRetriable: Bool {
        guard let sqlState else { return isConnectionLost }
        switch sqlState {
        case "40001", "40P01", "55P03": return true  // serialization failure, deadlock, lock not available
        case "53000", "53100", "53200", "53300": return true  // resources, disk full, memory, too many connections
        case "25P03": return true  // idle for too long within a transaction
        case "57014": return true  // cancelled, by the statement timeout among others
        case "57P01", "57P02", "57P03", "57P05": return true  // shutdown, crash, cannot connect now, idle session
        case "25006": return true  // read-only: a standby, until the primary has moved
        case "28000", "28P01", "3D000", "42501": return false  // credentials, no such database, no privilege
        default: return sqlState.hasPrefix("08") || sqlState.hasPrefix("58") || isConnectionLost
        }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = "PostgreSQL: \(operation): \(message)"
        if let sqlState { text += " [\(sqlState)]" }
        if let hint { text += " (\(hint))" }
        if isOutcomeUnknown { text += " (outcome unknown)" }
        return text
    }
}
