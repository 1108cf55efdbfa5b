/// Statements to be sent together: see `PostgresConnection.execute(_:)`.
public struct PostgresBatch: Sendable {
    struct Statement {
        let sql: String
        let parameters: ParameterBuffer
    }

    private(set) var statements: [Statement] = []

    public init() {}

    public var count: Int { statements.count }
    public var isEmpty: Bool { statements.isEmpty }

    /// Adds a statement, which will be prepared at its first use in the session.
    ///
    /// - Throws: `PostgresError` for a value that cannot be bound.
    public mutating func add(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) {
        statements.append(Statement(sql: sql, parameters: try ParameterBuffer(values)))
    }
}
