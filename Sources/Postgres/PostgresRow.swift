/// One row of a result.
public struct PostgresRow: Sendable {
    let result: PostgresResult
    let index: Int

    /// The value under a column's name, as the type the context asks for: `let offset: Int64 = try row.value("next_offset")`.
    ///
    /// - Throws: `PostgresError` for a column that is not there, for NULL (ask for an optional), for another type.
    public func value<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let position = result.columns.firstIndex(of: column) else {
            throw PostgresError(message: "there is no column '\(column)'", operation: "read result")
        }
        return try Value.decode(result.cell(row: index, column: position))
    }
}
