/// A file of transactions: CSV with the schema's columns (`.csv`) or canonical JSON lines (`.jsonl`), each also `.gz`.
public struct TransactionFile: Sendable {
    public let path: String
    private let schema: TransactionSchema
    private let limits: EventLimits

    public init(path: String, schema: TransactionSchema, limits: EventLimits = EventLimits()) {
        self.path = path
        self.schema = schema
        self.limits = limits
    }

    /// Opens the file for reading in constant memory.
    ///
    /// - Throws: where the file cannot be read, its name has another ending, or a column is missing.
    public func reader() throws(DataFileError) -> TransactionFileReader {
        let plain = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        if plain.hasSuffix(".csv") {
            return TransactionFileReader(.csv(try TransactionRows(path: path, schema: schema, limits: limits)))
        }
        if plain.hasSuffix(".jsonl") {
            return TransactionFileReader(.lines(try TransactionLines(path: path, schema: schema, limits: limits)))
        }
        throw DataFileError(file: path, expected: "a name that ends in .csv, .csv.gz, .jsonl or .jsonl.gz")
    }

    /// Hands every transaction to the closure in the file's order; a bad row ends it with an error.
    public func forEach(_ body: (LabelledTransaction) throws -> Void) throws {
        let reader = try reader()
        while let item = try reader.next() { try body(item) }
    }
}

/// Reads a file of transactions from its start to its end, once.
public final class TransactionFileReader: LabelledTransactionSource {
    enum Format {
        case csv(TransactionRows)
        case lines(TransactionLines)
    }

    private let format: Format

    init(_ format: Format) {
        self.format = format
    }

    /// Whether each row says if it was fraud; JSON lines may say so one by one.
    public var hasLabels: Bool {
        switch format {
        case .csv(let rows): rows.hasLabels
        case .lines: true
        }
    }

    /// The file's path.
    public var name: String {
        switch format {
        case .csv(let rows): rows.path
        case .lines(let lines): lines.path
        }
    }

    /// The next transaction, or nil at the end.
    ///
    /// - Throws: `DataFileError` for a row that does not hold what the schema asks for.
    public func next() throws(DataFileError) -> LabelledTransaction? {
        switch format {
        case .csv(let rows): try rows.next()
        case .lines(let lines): try lines.next()
        }
    }
}
