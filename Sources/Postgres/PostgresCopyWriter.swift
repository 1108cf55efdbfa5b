internal import CLibPQ
internal import Glibc

/// Writes the rows of one COPY, in the binary format: there is nothing to escape, and each value must be of its column's
/// type exactly (`.int32` for `integer`, `.float` for `real`).
public struct PostgresCopyWriter: ~Copyable {
    /// Rows are handed to libpq in pieces of about this size.
    private static let flushBytes = 1 << 16

    private let connection: PostgresConnection
    private let columns: Int
    private let operation: String
    private var buffer: [UInt8] = []
    /// Rows written so far.
    public private(set) var rows = 0

    init(_ connection: PostgresConnection, columns: Int, operation: String) {
        self.connection = connection
        self.columns = columns
        self.operation = operation
        buffer += Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]  // signature
        buffer += [0, 0, 0, 0, 0, 0, 0, 0]  // flags, length of the header's extension
    }

    /// Writes one row.
    ///
    /// - Throws: `PostgresError` for a wrong number of values, a value that cannot be bound, a lost connection.
    public mutating func row(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count == columns else {
            throw PostgresError(message: "\(values.count) values for \(columns) columns", operation: operation)
        }
        PostgresValue.put(Int16(truncatingIfNeeded: columns), &buffer)
        for value in values {
            let start = buffer.count
            PostgresValue.put(Int32(-1), &buffer)
            if try value.append(to: &buffer) { try PostgresValue.patchLength(at: start, in: &buffer) }
        }
        rows += 1
        if buffer.count >= Self.flushBytes { try send() }
    }

    mutating func finish() throws(PostgresError) {
        PostgresValue.put(Int16(-1), &buffer)
        try send()
    }

    private mutating func send() throws(PostgresError) {
        let handle = try connection.live(operation)
        let deadline = connection.responseDeadline
        var sent: Int32 = 0
        while sent == 0 {
            sent = buffer.withUnsafeBytes {
                PQputCopyData(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
            }
            // 0: libpq could not take it yet.
            if sent == 0 { try connection.wait(handle, for: POLLIN | POLLOUT, deadline, operation) }
        }
        guard sent == 1 else { throw PostgresError(connection: handle, operation: operation) }
        try connection.flush(handle, deadline, operation)
        buffer.removeAll(keepingCapacity: true)
    }
}
