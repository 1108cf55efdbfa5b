internal import CLibPQ

/// What a prepared statement is known by: the same text with other parameter types is another statement.
struct PreparedKey: Hashable {
    let sql: String
    let types: [UInt32]
}

extension PostgresConnection {
    /// More distinct statements than this are run without being prepared.
    static let preparedLimit = 256

    /// Runs one statement with its parameters bound to `$1`, `$2`, ….
    public func execute(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresResult {
        let operation = Self.name(of: sql)
        let parameters = try ParameterBuffer(values)
        let handle = try live(operation)
        let sent = parameters.withPointers { PQsendQueryParams(handle, sql, $0, $1, $2, $3, $4, 0) }
        return try answer(handle, sent, operation)
    }

    /// Like `execute`, parsed by the server at its first use in the session only. For statements that come again.
    public func executePrepared(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresResult {
        let operation = Self.name(of: sql)
        let parameters = try ParameterBuffer(values)
        let key = PreparedKey(sql: sql, types: parameters.types)
        guard let name = try prepare(key, operation) else { return try execute(sql, values) }
        let handle = try live(operation)
        let sent = parameters.withPointers { count, _, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0)
        }
        do {
            return try answer(handle, sent, operation)
        } catch {
            forget(key, after: error)
            throw error
        }
    }

    /// Runs SQL text without parameters, several statements included, as migrations have them. Never put values into it.
    public func run(script sql: String) throws(PostgresError) {
        let operation = Self.name(of: sql)
        let handle = try live(operation)
        guard PQsendQuery(handle, sql) == 1 else { throw PostgresError(connection: handle, operation: operation) }
        let deadline = responseDeadline
        try flush(handle, deadline, operation)
        _ = try collect(handle, deadline, operation)
    }

    /// The name of the prepared statement, which is made if there is none yet; nil when there are too many already.
    private func prepare(_ key: PreparedKey, _ operation: String) throws(PostgresError) -> String? {
        if let name = prepared[key] { return name }
        guard prepared.count < Self.preparedLimit else { return nil }
        let handle = try live(operation)
        let name = "vigil_\(prepared.count + 1)"
        let sent = PQsendPrepare(handle, name, key.sql, Int32(key.types.count), key.types)
        _ = try answer(handle, sent, operation)
        prepared[key] = name
        return name
    }

    /// Prepares anew next time when the server no longer has the statement, or its tables have changed under it.
    func forget(_ key: PreparedKey, after error: PostgresError) {
        guard error.sqlState == "26000" || error.sqlState == "0A000", let name = prepared[key] else { return }
        // The name stays taken, so that no other statement gets it.
        prepared[PreparedKey(sql: name, types: [])] = name
        prepared[key] = nil
    }

    private func answer(
        _ handle: OpaquePointer, _ sent: Int32, _ operation: String
    ) throws(PostgresError) -> PostgresResult {
        guard sent == 1 else { throw PostgresError(connection: handle, operation: operation) }
        let deadline = responseDeadline
        try flush(handle, deadline, operation)
        guard let result = try collect(handle, deadline, operation) else {
            throw PostgresError(connection: handle, operation: operation)
        }
        return result
    }

    /// The beginning of a statement, for error messages; values are not in it.
    static func name(of sql: String) -> String {
        // Byte by byte: this is made for every statement, for the few that fail.
        var words: [UInt8] = []
        words.reserveCapacity(80)
        var (isGap, isCut) = (false, false)
        for byte in sql.utf8 {
            if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
                isGap = !words.isEmpty
                continue
            }
            // A character is not cut in two.
            if words.count >= 70, byte & 0xC0 != 0x80 {
                isCut = true
                break
            }
            if isGap { words.append(UInt8(ascii: " ")) }
            isGap = false
            words.append(byte)
        }
        return "execute '\(String(decoding: words, as: UTF8.self))\(isCut ? "…" : "")'"
    }
}
