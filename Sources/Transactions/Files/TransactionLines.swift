/// Transactions from canonical JSON lines; empty lines are skipped.
final class TransactionLines {
    private let window: InputWindow
    private let decoder: TransactionDecoder
    private var line = 0

    var path: String { window.path }

    init(path: String, schema: TransactionSchema, limits: EventLimits) throws(DataFileError) {
        window = try InputWindow(path: path)
        decoder = TransactionDecoder(schema: schema, form: .canonical, limits: limits)
    }

    func next() throws(DataFileError) -> LabelledTransaction? {
        var searched = 0
        while true {
            let bytes = window.bytes
            let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
            guard end != nil || window.isAtEnd else {
                searched = bytes.count
                try window.refill(line: line + 1)
                continue
            }
            if bytes.isEmpty { return nil }
            line += 1
            let length = end ?? bytes.count
            defer { window.consume(min(length + 1, bytes.count)) }
            searched = 0
            if length == 0 || (length == 1 && bytes[0] == UInt8(ascii: "\r")) { continue }
            do {
                var isFraud: Bool?
                let raw = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<length])
                let transaction = try decoder.decode(raw, messageTimestamp: nil, fraud: &isFraud)
                return LabelledTransaction(transaction: transaction, isFraud: isFraud, line: line)
            } catch {
                throw DataFileError(error, file: path, line: line)
            }
        }
    }
}
