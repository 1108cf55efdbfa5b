internal import CLibPQ

/// The rows a statement returned, or how many it changed.
///
/// Unchecked: libpq never changes a `PGresult` after it is built, and only `deinit` frees it.
public final class PostgresResult: @unchecked Sendable {
    private let handle: OpaquePointer
    /// Names of the columns, in order.
    public let columns: [String]

    /// Takes over `handle`.
    init(owning handle: OpaquePointer) {
        self.handle = handle
        columns = (0..<PQnfields(handle)).map { PQfname(handle, $0).map { String(cString: $0) } ?? "" }
    }

    deinit {
        PQclear(handle)
    }

    /// Rows inserted, updated, deleted, selected or copied.
    public var affectedRows: Int {
        PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The server's word for what it did, such as `INSERT 0 5`.
    var commandTag: String {
        PQcmdStatus(handle).map { String(cString: $0) } ?? ""
    }

    /// One cell.
    ///
    /// - Precondition: both indices are in range.
    public func cell(row: Int, column: Int) -> PostgresCell {
        precondition(indices.contains(row) && columns.indices.contains(column), "no such cell")
        let (row32, column32) = (Int32(row), Int32(column))
        let text =
            PQgetisnull(handle, row32, column32) == 1
            ? nil : PQgetvalue(handle, row32, column32).map { String(cString: $0) }
        return PostgresCell(column: columns[column], typeID: PQftype(handle, column32), text: text)
    }
}

extension PostgresResult: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(PQntuples(handle)) }
    public subscript(position: Int) -> PostgresRow { PostgresRow(result: self, index: position) }

    /// The only cell of a result with one row.
    ///
    /// - Throws: `PostgresError` where there is not exactly one row, or its first column is not a `Value`.
    public func single<Value: PostgresDecodable>(as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        guard count == 1, !columns.isEmpty else {
            throw PostgresError(message: "expected one row, got \(count)", operation: "read result")
        }
        return try Value.decode(cell(row: 0, column: 0))
    }
}
