internal import CLibPQ

extension PostgresError {
    /// The error a result carries.
    init(result: OpaquePointer, connection: OpaquePointer?, operation: String) {
        // The PG_DIAG_… macros are character constants, which Swift does not import.
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        let lost = connection.map { PQstatus($0) == CONNECTION_BAD } ?? true
        let text = field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        self.init(
            sqlState: field("C"),
            message: Self.oneLine(text).isEmpty ? "no answer from the server" : Self.oneLine(text),
            detail: field("D"),
            hint: field("H"),
            operation: operation,
            isConnectionLost: lost)
    }

    /// What libpq says of a connection. A code such as `28P01:` inside a verbose message becomes `sqlState`.
    init(connection: OpaquePointer, operation: String) {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        var words = lines.joined(separator: " ").split(separator: " ")
        var state: String?
        if let found = words.firstIndex(where: Self.isCode) {
            state = String(words[found].dropLast())
            words.remove(at: found)
        }
        self.init(
            sqlState: state,
            message: words.isEmpty ? "connection lost" : words.joined(separator: " "),
            operation: operation,
            isConnectionLost: PQstatus(connection) == CONNECTION_BAD)
    }

    static func lost(_ message: String, operation: String) -> PostgresError {
        PostgresError(message: message, operation: operation, isConnectionLost: true)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func isCode(_ word: Substring) -> Bool {
        word.utf8.count == 6 && word.hasSuffix(":") && word.first?.isNumber == true
            && word.dropLast().allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
}
