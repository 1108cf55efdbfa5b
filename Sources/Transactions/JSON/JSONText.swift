/// A string inside a JSON text: the bytes between its quotes, checked already.
struct JSONText {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Its first eight bytes, the first in the lowest place, zeros behind the last: names are compared by it.
    let head: UInt64
    let isEscaped: Bool

    /// The head of other bytes.
    static func head(_ bytes: some Collection<UInt8>) -> UInt64 {
        var head: UInt64 = 0
        for (place, byte) in bytes.prefix(8).enumerated() { head |= UInt64(byte) << UInt64(8 * place) }
        return head
    }

    /// The string itself, escapes resolved.
    var string: String {
        isEscaped ? String(decoding: unescaped, as: UTF8.self) : String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes of the string itself, as UTF-8.
    var unescaped: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let (scalar, length) = escape(at: index)
            result.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
            index += length
        }
        return result
    }

    /// The scalar that the escape stands for, and the escape's length.
    private func escape(at start: Int) -> (scalar: Unicode.Scalar, length: Int) {
        switch bytes[start + 1] {
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{c}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"):
            let unit = hexadecimal(at: start + 2)
            guard (0xD800..<0xDC00).contains(unit) else { return (Unicode.Scalar(unit) ?? "\u{FFFD}", 6) }
            let code = 0x10000 + (unit - 0xD800) << 10 + (hexadecimal(at: start + 8) - 0xDC00)
            return (Unicode.Scalar(code) ?? "\u{FFFD}", 12)
        default: return (Unicode.Scalar(bytes[start + 1]), 2)
        }
    }

    private func hexadecimal(at start: Int) -> UInt32 {
        bytes[start..<start + 4].reduce(0) { $0 << 4 | UInt32(hexadecimalValue($1) ?? 0) }
    }
}

/// The value of a hexadecimal digit, or nil.
func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
