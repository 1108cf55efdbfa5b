internal import CLibPQ

extension PostgresConnection {
    /// Fills a table by COPY. Either all rows arrive or, when `body` throws or a row is refused, none.
    ///
    /// - Parameters:
    ///   - table: parts of the name, such as `["vigil", "alerts"]`; quoted here.
    ///   - columns: the columns each row gives, in order; quoted here.
    /// - Returns: the number of rows the server took.
    public func copy(
        into table: [String], columns: [String], _ body: (inout PostgresCopyWriter) throws -> Void
    ) throws -> Int {
        let tableName = try table.map(Self.quoted(identifier:)).joined(separator: ".")
        let columnNames = try columns.map(Self.quoted(identifier:)).joined(separator: ", ")
        let operation = "copy into \(tableName)"
        let handle = try begin("COPY \(tableName) (\(columnNames)) FROM STDIN (FORMAT binary)", operation)
        var writer = PostgresCopyWriter(self, columns: columns.count, operation: operation)
        do {
            try body(&writer)
            try writer.finish()
        } catch {
            abandonCopy(operation)
            throw error
        }
        let deadline = responseDeadline
        try endCopy(handle, fault: nil, deadline, operation)
        return try collect(handle, deadline, operation)?.affectedRows ?? 0
    }

    private func begin(_ sql: String, _ operation: String) throws(PostgresError) -> OpaquePointer {
        let handle = try live(operation)
        guard PQsendQuery(handle, sql) == 1 else { throw PostgresError(connection: handle, operation: operation) }
        let deadline = responseDeadline
        try flush(handle, deadline, operation)
        guard let result = try nextResult(handle, deadline, operation) else {
            throw PostgresError(connection: handle, operation: operation)
        }
        defer { PQclear(result) }
        if PQresultStatus(result) == PGRES_COPY_IN { return handle }
        let error = PostgresError(result: result, connection: handle, operation: operation)
        _ = try collect(handle, deadline, operation)
        throw error
    }

    /// Tells the server to drop the rows so far; gives the connection up where even that fails.
    private func abandonCopy(_ operation: String) {
        guard let handle else { return }
        let deadline = responseDeadline
        do throws(PostgresError) {
            try endCopy(handle, fault: "given up by the client", deadline, operation)
        } catch {
            return close()
        }
        // The answer is an error by design; the caller's own is the one worth throwing.
        _ = try? collect(handle, deadline, operation)
    }

    private func endCopy(
        _ handle: OpaquePointer, fault: String?, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) {
        var ended = PQputCopyEnd(handle, fault)
        while ended == 0 {
            try flush(handle, deadline, operation)
            ended = PQputCopyEnd(handle, fault)
        }
        guard ended == 1 else { throw PostgresError(connection: handle, operation: operation) }
        try flush(handle, deadline, operation)
    }
}
