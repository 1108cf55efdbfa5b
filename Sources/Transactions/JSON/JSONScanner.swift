/// A strict single pass over the bytes of one JSON text (RFC 8259); the bytes must be valid UTF-8.
///
/// It allocates nothing: strings and numbers come as slices of the input, valid as long as the input is.
struct JSONScanner {
    /// How deep the values that nobody asked for may be nested.
    static let maximumDepth = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads a scalar whole; of a container, the opening bracket.
    mutating func token() throws(EventFault) -> JSONToken {
        skipWhitespace()
        guard position < bytes.count else { throw malformed("a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            position += 1
            return .object
        case UInt8(ascii: "["):
            position += 1
            return .array
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "-"):
            if word("-Infinity") { return .notFinite(isNaN: false) }
            return .number(try number())
        case UInt8(ascii: "t") where word("true"): return .boolean(true)
        case UInt8(ascii: "f") where word("false"): return .boolean(false)
        case UInt8(ascii: "n") where word("null"): return .null
        case UInt8(ascii: "N") where word("NaN"): return .notFinite(isNaN: true)
        case UInt8(ascii: "I") where word("Infinity"): return .notFinite(isNaN: false)
        default: throw malformed("a value")
        }
    }

    /// The next key of an object whose opening bracket was read, its colon read too; nil at the closing bracket.
    mutating func key(isFirst: inout Bool) throws(EventFault) -> JSONText? {
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return nil }
        if !isFirst {
            guard take(UInt8(ascii: ",")) else { throw malformed("',' or '}'") }
            skipWhitespace()
        }
        isFirst = false
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw malformed("a key") }
        let key = try string()
        skipWhitespace()
        guard take(UInt8(ascii: ":")) else { throw malformed("':'") }
        return key
    }

    /// Reads a value that nobody asked for, checking its form all the same.
    mutating func skipValue() throws(EventFault) {
        try skipRest(of: try token(), depth: 1)
    }

    /// Reads what is left of a value whose token was read.
    mutating func skipRest(of token: JSONToken, depth: Int = 1) throws(EventFault) {
        guard depth <= Self.maximumDepth else {
            throw EventFault(.malformed, "expected at most \(Self.maximumDepth) levels of nesting")
        }
        switch token {
        case .object:
            var isFirst = true
            while try key(isFirst: &isFirst) != nil {
                try skipRest(of: try self.token(), depth: depth + 1)
            }
        case .array:
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return }
            repeat {
                try skipRest(of: try self.token(), depth: depth + 1)
                skipWhitespace()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw malformed("',' or ']'") }
        default: break
        }
    }

    /// Makes sure that nothing but whitespace follows.
    mutating func end() throws(EventFault) {
        skipWhitespace()
        guard position == bytes.count else { throw malformed("nothing after the object") }
    }

    func malformed(_ expected: String) -> EventFault {
        EventFault(.malformed, "expected \(expected) at byte \(position)")
    }
}

// The parts that values are made of.
extension JSONScanner {
    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard position + length <= bytes.count else { return false }
        for offset in 0..<length where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += length
        return true
    }

    private mutating func number() throws(EventFault) -> JSONNumber {
        guard let number = JSONNumber(at: bytes[position...]) else { throw malformed("a number") }
        position += number.bytes.count
        return number
    }

    /// Reads a string from its opening quote to its closing one.
    private mutating func string() throws(EventFault) -> JSONText {
        position += 1
        let start = position
        var isEscaped = false
        while true {
            skipPlain()
            guard position < bytes.count else { throw malformed("a closing quote") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return JSONText(bytes: slice, head: head(from: start, count: slice.count), isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try escape()
            default: throw malformed("no control character in a string")
            }
        }
    }

    /// Moves on to the next quote, backslash or control character, eight bytes at a time.
    ///
    /// - Source: a borrow shows the lowest byte that is zero or less than n; Mycroft, see "Bit Twiddling Hacks".
    private mutating func skipPlain() {
        let raw = UnsafeRawBufferPointer(bytes)
        while position + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let (quote, backslash) = (word ^ Self.each(UInt8(ascii: "\"")), word ^ Self.each(UInt8(ascii: "\\")))
            let zeros = (quote &- Self.each(1)) & ~quote | (backslash &- Self.each(1)) & ~backslash
            let found = (zeros | (word &- Self.each(0x20)) & ~word) & Self.each(0x80)
            if found != 0 {
                position += found.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
        while position < raw.count {
            let byte = raw[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position += 1
        }
    }

    @inline(__always)
    private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The first eight bytes of a string, the first in the lowest place, zeros behind it.
    private func head(from start: Int, count: Int) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        guard start + 8 <= raw.count else { return JSONText.head(bytes[start..<start + count]) }
        let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        return count >= 8 ? word : word & ~(UInt64.max << UInt64(8 * count))
    }

    private mutating func escape() throws(EventFault) {
        guard position + 1 < bytes.count else { throw malformed("an escape") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            // A lone surrogate is no character: two ids that differ in one only would become the same text.
            guard !(0xDC00..<0xE000).contains(unit) else { throw malformed("a high surrogate first") }
            guard (0xD800..<0xDC00).contains(unit) else { return }
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                (0xDC00..<0xE000).contains(try codeUnit())
            else { throw malformed("a low surrogate") }
        default: throw malformed("an escape")
        }
    }

    /// Reads `\uXXXX`.
    private mutating func codeUnit() throws(EventFault) -> UInt32 {
        guard position + 6 <= bytes.count, bytes[position + 1] == UInt8(ascii: "u") else {
            throw malformed("\\u and four hexadecimal digits")
        }
        var unit: UInt32 = 0
        for byte in bytes[position + 2..<position + 6] {
            guard let digit = hexadecimalValue(byte) else { throw malformed("\\u and four hexadecimal digits") }
            unit = unit << 4 | UInt32(digit)
        }
        position += 6
        return unit
    }
}
