public import Postgres
public import Transactions

/// Labelled transactions that a query returns, its columns named as the schema's fields; read in a read-only transaction.
///
/// Rows come through a cursor, so memory does not grow with their number. A query that does not order by time is sorted in
/// memory by whoever replays it.
public final class PostgresTransactions: LabelledTransactionSource {
    /// Rows fetched at a time.
    static let fetchCount = 4096

    public let name = "query"
    private let connection: PostgresConnection
    private let decoder: TransactionDecoder
    private let fraudValues: Set<String>
    private var rows: PostgresResult?
    private var taken = 0
    private var line = 0

    /// Connects and opens the cursor.
    ///
    /// - Parameters:
    ///   - query: one SELECT; the operator's own words, so they are not bound but run in a transaction that cannot write.
    ///   - schema: its label's column is read where it names one.
    /// - Throws: `PostgresError`, also for a column that the query lacks.
    public init(_ settings: PostgresSettings, query: String, schema: TransactionSchema) throws(PostgresError) {
        connection = try PostgresConnection(settings)
        // Sorting a long table may keep the first row waiting.
        connection.responseTimeoutMilliseconds = nil
        decoder = TransactionDecoder(schema: schema, form: .mapped)
        fraudValues = Set(schema.label?.fraudValues ?? [])
        var text = query
        while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
        let label = try schema.label.map { label throws(PostgresError) in
            "source.\(try PostgresConnection.quoted(identifier: label.field))::text"
        }
        try connection.run(script: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _ = try connection.execute(
            """
            DECLARE vigil_replay NO SCROLL CURSOR FOR
            SELECT row_to_json(source)::text AS event, \(label ?? "NULL::text") AS label FROM (\(text)) AS source
            """)
    }

    public func next() throws(DataFileError) -> LabelledTransaction? {
        do throws(PostgresError) {
            guard let row = try nextRow() else { return nil }
            line += 1
            let event: String = try row.value("event")
            let label: String? = try row.value("label")
            return try decode(Array(event.utf8), label: label)
        } catch {
            throw DataFileError(file: name, line: max(2, line), expected: "rows: \(error)")
        }
    }

    private func decode(_ event: [UInt8], label: String?) throws(PostgresError) -> LabelledTransaction {
        do throws(EventFault) {
            let transaction = try decoder.decode(event, messageTimestamp: nil)
            let truth = label.flatMap { $0.isEmpty ? nil : isFraud($0) }
            return LabelledTransaction(transaction: transaction, isFraud: truth, line: line)
        } catch {
            throw PostgresError(message: "row \(line): \(error)", operation: "read query")
        }
    }

    /// A boolean column reads `true` where a schema made for files says 1.
    private func isFraud(_ label: String) -> Bool {
        fraudValues.contains(label) || (label == "true" && fraudValues.contains("1"))
    }

    private func nextRow() throws(PostgresError) -> PostgresRow? {
        if let rows, taken < rows.count {
            taken += 1
            return rows[taken - 1]
        }
        let fetched = try connection.execute("FETCH FORWARD \(Self.fetchCount) FROM vigil_replay")
        rows = fetched
        taken = 1
        return fetched.first
    }
}
