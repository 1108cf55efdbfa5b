internal import Transactions

/// Values as text, for `%s` and for people.
enum Format {
    /// Any value: lists in brackets, maps in braces with their keys in order.
    ///
    /// - Complexity: the size of the value, charged to the budget; a spent budget cuts the text short.
    static func text(of value: Value, _ budget: inout Budget) -> String {
        budget.spend()
        if budget.isSpent { return "" }
        switch value {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .uint(let value): return String(value)
        case .double(let value): return NumberText.shortest(value)
        case .string(let text):
            budget.spend(bytes: text.utf8.count)
            return text
        case .bytes(let bytes):
            budget.spend(bytes: bytes.count)
            return lossyText(of: bytes)
        case .timestamp(let time): return time.description
        case .duration(let nanoseconds): return DurationText.text(of: nanoseconds)
        case .type(let type): return type.rawValue
        case .list(let elements):
            var parts: [String] = []
            for element in elements where !budget.isSpent { parts.append(text(of: element, &budget)) }
            return "[\(parts.joined(separator: ", "))]"
        case .map(let map):
            var parts: [(key: String, value: String)] = []
            for (key, value) in zip(map.keys, map.values) where !budget.isSpent {
                parts.append((text(of: key, &budget), text(of: value, &budget)))
            }
            let sorted = parts.sorted { Text.order($0.key, $1.key) < 0 }
            return "{\(sorted.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        case .failure(let failure): return failure.message
        }
    }

    /// UTF-8 with each run of invalid bytes as one U+FFFD.
    static func lossyText(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var inError = false
        decoding: while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                text.append(scalar)
                inError = false
            case .error:
                if !inError { text.append("\u{FFFD}") }
                inError = true
            case .emptyInput: break decoding
            }
        }
        return String(text)
    }
}
