/// Reads a timestamp, duration or time zone from its text, byte by byte.
struct TextCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        let matches = text.withUTF8Buffer { bytes[position..<position + count].elementsEqual($0) }
        if matches { position += count }
        return matches
    }

    /// Exactly `count` decimal digits.
    mutating func digits(exactly count: Int) -> Int64? {
        guard position + count <= bytes.count, bytes[position..<position + count].allSatisfy(\.isDigit) else {
            return nil
        }
        defer { position += count }
        return bytes[position..<position + count].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Any number of decimal digits, none included; nil where they do not fit.
    mutating func digits() -> (value: Int64, count: Int)? {
        var value: Int64 = 0
        let start = position
        while position < bytes.count, bytes[position].isDigit {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = shifted.addingReportingOverflow(Int64(bytes[position] - UInt8(ascii: "0")))
            guard !overflow, !more else { return nil }
            value = sum
            position += 1
        }
        return (value, position - start)
    }

    /// `.` and digits as nanoseconds, zero where there is no point; nil for a point without digits or with more than nine.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        guard let (value, count) = digits(), (1...9).contains(count) else { return nil }
        return (count..<9).reduce(value) { value, _ in value * 10 }
    }

    /// `Z` or `±HH:MM` as seconds east of UTC.
    mutating func zone() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign < 0 || skip("+") else { return nil }
        return clock().map { sign * $0 }
    }

    /// `HH:MM` in seconds.
    mutating func clock() -> Int64? {
        guard let hours = digits(exactly: 2), skip(":"), let minutes = digits(exactly: 2), hours < 24, minutes < 60
        else {
            return nil
        }
        return hours * 3600 + minutes * 60
    }
}
