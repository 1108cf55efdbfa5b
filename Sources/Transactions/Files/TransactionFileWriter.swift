/// Writes transactions as CSV with the schema's columns (`.csv`) or canonical JSON lines (`.jsonl`),
/// as `TransactionFile` reads them back.
public final class TransactionFileWriter {
    private let file: OutputFile
    private let schema: TransactionSchema
    /// Nil for CSV.
    private let encoder: TransactionEncoder?
    private let columns: [MappedFields.Target]

    /// Creates the file, or empties the one that is there.
    ///
    /// - Throws: where it cannot be written, its name has another ending, or the schema computes distances, whose
    ///   coordinates a transaction no longer has.
    public init(path: String, schema: TransactionSchema) throws(DataFileError) {
        let fields = MappedFields(schema: schema)
        let isCSV = path.hasSuffix(".csv")
        guard isCSV || path.hasSuffix(".jsonl") else {
            throw DataFileError(file: path, expected: "a name that ends in .csv or .jsonl")
        }
        guard !isCSV || !fields.hasCoordinates else {
            throw DataFileError(file: path, expected: "a schema without distances, or a name that ends in .jsonl")
        }
        self.schema = schema
        file = try OutputFile(path: path)
        encoder = isCSV ? nil : TransactionEncoder(schema: schema)
        columns = fields.targets.compactMap(\.first)
        if isCSV { try writeHeader(fields.names) }
    }

    /// Appends one row or line.
    public func write(_ transaction: Transaction, isFraud: Bool?) throws(DataFileError) {
        try file.write { buffer in
            if let encoder {
                encoder.append(transaction, fraud: isFraud, to: &buffer)
            } else {
                appendRow(transaction, isFraud, to: &buffer)
            }
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    /// Writes the rest and closes; a file not closed may miss its last rows.
    public func close() throws(DataFileError) {
        try file.close()
    }

    private func writeHeader(_ names: [String]) throws(DataFileError) {
        let all = names + (schema.label.map { [$0.field] } ?? [])
        try file.write { buffer in
            for (index, name) in all.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                buffer.append(csv: name)
            }
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    private func appendRow(_ transaction: Transaction, _ isFraud: Bool?, to buffer: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            switch column {
            case .id: buffer.append(csv: transaction.id)
            case .user: buffer.append(csv: transaction.user)
            case .time: appendTime(transaction.time, to: &buffer)
            case .amount: buffer.append(number: transaction.amount)
            case .entity(let entity): buffer.append(csv: transaction.entities[entity] ?? "")
            case .feature(let feature, _):
                switch transaction.features[feature] {
                case .number(let number): buffer.append(number: number)
                case .text(let text): buffer.append(csv: text)
                case .missing: break
                }
            case .coordinate: break
            }
        }
        guard let label = schema.label else { return }
        buffer.append(UInt8(ascii: ","))
        // Whatever is no fraud value means genuine; an empty field means that nothing is known.
        if let isFraud { buffer.append(csv: isFraud ? label.fraudValues.first ?? "1" : "0") }
    }

    private func appendTime(_ time: EventTime, to buffer: inout [UInt8]) {
        switch schema.timeFormat {
        case .iso8601: buffer.append(ascii: time.iso8601)
        case .epochMilliseconds: buffer.append(ascii: String(time.milliseconds))
        case .epochSeconds: buffer.append(number: Double(time.milliseconds) / 1000)
        }
    }
}

extension [UInt8] {
    /// Appends a CSV field, quoted where it must be.
    fileprivate mutating func append(csv text: String) {
        let mustBeQuoted = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard mustBeQuoted else { return append(ascii: text) }
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { append(byte) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }
}
