/// Bytes that stand for a number or an identifier.
enum AvroDecimal {
    /// A two's complement number, the highest byte first, over a power of ten: correctly rounded up to 2^53 and a scale of 22.
    static func value(_ bytes: UnsafeRawBufferPointer, scale: Int) -> Double {
        guard let first = bytes.first else { return 0 }
        let fill: UInt8 = first & 0x80 == 0 ? 0 : 0xFF
        let significant = bytes.drop { $0 == fill }
        var unscaled: Double
        if significant.count <= 8, significant.first.map({ $0 & 0x80 == fill & 0x80 || significant.count < 8 }) ?? true
        {
            unscaled = Double(significant.reduce(fill == 0 ? 0 : -1) { $0 << 8 | Int64($1) })
        } else {
            // More than any amount has; the lowest digits go.
            unscaled = fill == 0 ? 0 : -1
            for byte in significant.prefix(128) { unscaled = unscaled * 256 + Double(byte) }
            for _ in 0..<max(0, significant.count - 128) { unscaled *= 256 }
        }
        // Dividing by an exact power of ten rounds once.
        for part in stride(from: scale, to: 0, by: -22) { unscaled /= powers[min(22, part)] }
        return unscaled
    }

    /// Two digits a byte, with a dash before each of these positions.
    static func hexadecimal(_ bytes: UnsafeRawBufferPointer, dashes: Set<Int>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count + dashes.count)
        for (position, byte) in bytes.enumerated() {
            if dashes.contains(position) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
