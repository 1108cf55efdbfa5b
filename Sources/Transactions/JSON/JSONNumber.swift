/// A number inside a JSON text: its bytes, checked already, and what of its value was read on the way.
struct JSONNumber {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Whether it is written without a fraction and an exponent.
    let isInteger: Bool
    private let isNegative: Bool
    private let mantissa: UInt64
    private let exponent: Int
    private let isExact: Bool

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// Reads a number at the start of the bytes, or gives nil where there is none.
    init?(at bytes: UnsafeBufferPointer<UInt8>.SubSequence) {
        let base = bytes.base
        var index = bytes.startIndex
        let end = bytes.endIndex
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0

        func digit() -> UInt64? {
            guard index < end else { return nil }
            let value = base[index] &- UInt8(ascii: "0")
            return value < 10 ? UInt64(value) : nil
        }

        isNegative = index < end && base[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let firstDigit = index
        while let value = digit() {
            if mantissa > 0 || value > 0 { digits += 1 }
            if digits <= 19 { mantissa = mantissa * 10 + value }
            index += 1
        }
        let count = index - firstDigit
        guard count > 0, count == 1 || base[firstDigit] != UInt8(ascii: "0") else { return nil }
        var isInteger = true
        if index < end, base[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            let fractionStart = index
            while let value = digit() {
                if mantissa > 0 || value > 0 { digits += 1 }
                if digits <= 19 { mantissa = mantissa * 10 + value }
                index += 1
            }
            scale = index - fractionStart
            guard scale > 0 else { return nil }
        }
        var exponent = 0
        if index < end, base[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            var isBelowOne = false
            if index < end, base[index] == UInt8(ascii: "-") || base[index] == UInt8(ascii: "+") {
                isBelowOne = base[index] == UInt8(ascii: "-")
                index += 1
            }
            let exponentStart = index
            while let value = digit() {
                exponent = min(exponent * 10 + Int(value), 1_000_000)
                index += 1
            }
            guard index > exponentStart else { return nil }
            if isBelowOne { exponent = -exponent }
        }
        self.isInteger = isInteger
        self.mantissa = mantissa
        self.exponent = exponent - scale
        isExact = digits <= 19 && mantissa <= 1 << 53 && (-22...22).contains(exponent - scale)
        self.bytes = UnsafeBufferPointer(rebasing: base[bytes.startIndex..<index])
    }

    /// The nearest double; infinite where the number is out of its range.
    ///
    /// - Source: the exact case is Clinger's fast path ("How to read floating point numbers accurately", 1990):
    ///   mantissa and power of ten are both exact, so that one operation rounds once.
    var double: Double {
        guard isExact else { return Double(String(decoding: bytes, as: UTF8.self)) ?? .infinity }
        let magnitude = Double(mantissa)
        let power = Self.powersOfTen[abs(exponent)]
        let value = exponent < 0 ? magnitude / power : magnitude * power
        return isNegative ? -value : value
    }

    /// The number as it is written.
    var string: String { String(decoding: bytes, as: UTF8.self) }
}
