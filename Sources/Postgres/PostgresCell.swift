/// One value of a result, as the server printed it.
public struct PostgresCell: Sendable {
    /// The column's name.
    public let column: String
    /// The column's type, an OID of `pg_type`.
    public let typeID: UInt32
    /// The value's text, nil for NULL.
    public let text: String?

    /// The text of a cell that must not be NULL.
    func nonNull<Value>(_ type: Value.Type) throws(PostgresError) -> String {
        guard let text else { throw mismatch("is NULL, expected \(type)") }
        return text
    }

    /// The cell read by `read`, if its column is of one of these types.
    func parse<Value>(
        _ type: Value.Type, from types: [UInt32], _ read: (String) -> Value?
    ) throws(PostgresError) -> Value {
        guard types.contains(typeID) else { throw mismatch("is of type \(typeID), which is not read as \(type)") }
        guard let value = read(try nonNull(type)) else { throw mismatch("holds a value that is no \(type)") }
        return value
    }

    private func mismatch(_ what: String) -> PostgresError {
        PostgresError(message: "column '\(column)' \(what)", operation: "read result")
    }
}
