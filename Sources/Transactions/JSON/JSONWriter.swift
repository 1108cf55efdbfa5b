// JSON appended to a buffer of UTF-8 that the caller keeps.
extension [UInt8] {
    /// Appends text that is JSON already: brackets, commas, keys without a character to escape.
    mutating func append(json text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a string with its quotes.
    mutating func append(string: String) {
        append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { bytes in
            var clean = 0
            for (index, byte) in bytes.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append(contentsOf: bytes[clean..<index])
                append(escapeOf: byte)
                clean = index + 1
            }
            append(contentsOf: bytes[clean...])
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends the shortest text that reads back as the same number; null where JSON has none for it.
    mutating func append(number: Double) {
        if number.isFinite { append(ascii: number.description) } else { append(json: "null") }
    }

    /// Appends the shortest text that reads back as the same number; null where JSON has none for it.
    mutating func append(number: Float) {
        if number.isFinite { append(ascii: number.description) } else { append(json: "null") }
    }

    /// Appends a moment as an ISO 8601 string.
    mutating func append(time: EventTime) {
        append(UInt8(ascii: "\""))
        append(ascii: time.iso8601)
        append(UInt8(ascii: "\""))
    }

    mutating func append(ascii text: String) {
        append(contentsOf: text.utf8)
    }

    private mutating func append(escapeOf byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(json: "\\\"")
        case UInt8(ascii: "\\"): append(json: "\\\\")
        case 0x08: append(json: "\\b")
        case 0x09: append(json: "\\t")
        case 0x0A: append(json: "\\n")
        case 0x0C: append(json: "\\f")
        case 0x0D: append(json: "\\r")
        default:
            append(json: "\\u00")
            for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }
}
