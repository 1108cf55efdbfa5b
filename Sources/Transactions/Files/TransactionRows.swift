/// Transactions from CSV, its columns mapped by the schema.
final class TransactionRows {
    /// A column that is read, and what for.
    private struct Column {
        let index: Int
        let name: String
        let target: MappedFields.Target
    }

    private let reader: CSVReader
    private let schema: TransactionSchema
    private let checks: EventChecks
    private let columns: [Column]
    private let hasCoordinates: Bool
    private let labelColumn: Int?
    private let fraudValues: [[UInt8]]

    var path: String { reader.path }
    var hasLabels: Bool { labelColumn != nil }

    init(path: String, schema: TransactionSchema, limits: EventLimits) throws(DataFileError) {
        let reader = try CSVReader(path: path)
        let fields = MappedFields(schema: schema)
        var columns: [Column] = []
        for (name, targets) in zip(fields.names, fields.targets) {
            guard let index = reader.header.firstIndex(of: name) else {
                throw DataFileError(
                    file: path, line: 1, field: name,
                    expected: "a column of this name\(suggestion(for: name, among: reader.header))")
            }
            for target in targets { columns.append(Column(index: index, name: name, target: target)) }
        }
        self.reader = reader
        self.schema = schema
        self.columns = columns
        checks = EventChecks(limits: limits, messageTimestamp: nil)
        hasCoordinates = fields.hasCoordinates
        labelColumn = schema.label.flatMap { reader.header.firstIndex(of: $0.field) }
        fraudValues = schema.label?.fraudValues.map { Array($0.utf8) } ?? []
    }

    func next() throws(DataFileError) -> LabelledTransaction? {
        try reader.withNextRow { (row) throws(DataFileError) in
            do throws(EventFault) {
                let transaction = try transaction(row)
                return LabelledTransaction(transaction: transaction, isFraud: isFraud(row), line: row.line)
            } catch {
                throw DataFileError(error, file: path, line: row.line)
            }
        }
    }

    /// Nil where the field is empty: nothing is known.
    private func isFraud(_ row: CSVRow) -> Bool? {
        guard let labelColumn else { return nil }
        let value = row[labelColumn]
        return value.isEmpty ? nil : fraudValues.contains { value.elementsEqual($0) }
    }

    private func transaction(_ row: CSVRow) throws(EventFault) -> Transaction {
        var parts = TransactionParts(schema: schema, hasCoordinates: hasCoordinates)
        for column in columns {
            let value = row[column.index]
            let name = column.name
            switch column.target {
            case .id: parts.id = try checks.key(row.text(column.index), field: name)
            case .user: parts.user = try checks.key(row.text(column.index), field: name)
            case .time: parts.time = try time(value, field: name)
            case .amount: parts.amount = try checks.finite(try number(value, field: name), field: name)
            case .entity(let index):
                parts.entities[index] = try checks.entity(row.text(column.index), field: name)
            case .feature(let index, .category):
                parts.features[index] = try checks.category(row.text(column.index), field: name)
            case .feature(let index, _):
                let number = value.isEmpty ? .nan : try number(value, field: name)
                parts.features[index] = number.isNaN ? .missing : .number(try checks.finite(number, field: name))
            case .coordinate(let index):
                parts.coordinates[index] = value.isEmpty ? .nan : try number(value, field: name)
            }
        }
        return try parts.transaction(schema: schema, fields: schema.fields)
    }

    private func time(_ value: UnsafeBufferPointer<UInt8>, field: String) throws(EventFault) -> EventTime {
        guard schema.timeFormat == .iso8601 else {
            return try checks.epoch(try number(value, field: field), schema.timeFormat, field: field)
        }
        guard let time = EventTime(iso8601Bytes: value) else {
            throw EventFault(.wrongType, field: field, "expected an ISO 8601 time")
        }
        return try checks.time(time, field: field)
    }

    /// A number as JSON writes it, or in the other forms that spreadsheets and libraries use (`+1`, `.5`, `nan`).
    private func number(_ value: UnsafeBufferPointer<UInt8>, field: String) throws(EventFault) -> Double {
        if let number = JSONNumber(at: value[...]), number.bytes.count == value.count { return number.double }
        guard let number = Double(String(decoding: value, as: UTF8.self)) else {
            throw EventFault(.wrongType, field: field, "expected a number")
        }
        return number
    }
}
