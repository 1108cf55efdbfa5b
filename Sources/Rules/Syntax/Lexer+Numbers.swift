extension Lexer {
    /// Scans an integer, an unsigned integer or a double; the sign belongs to the parser.
    mutating func number() throws(ExpressionFault) -> Token.Kind {
        let start = position
        if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") {
            position += 2
            return try integer(from: start, digitsFrom: position, radix: 16) { $0.hexadecimalValue != nil }
        }
        skipDigits()
        var isDouble = false
        if peek() == UInt8(ascii: "."), peek(1).isDigit {
            isDouble = true
            position += 1
            skipDigits()
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
            guard peek(signed ? 2 : 1).isDigit else {
                position += 1
                throw fault("an exponent needs digits, as in 1e6", from: start)
            }
            isDouble = true
            position += signed ? 2 : 1
            skipDigits()
        }
        guard isDouble else {
            position = start
            return try integer(from: start, digitsFrom: start, radix: 10) { $0.isDigit }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text.hasPrefix(".") ? "0" + text : text), value.isFinite else {
            throw fault("the number \(text) does not fit a double", from: start)
        }
        try endOfNumber(from: start)
        return .double(value)
    }

    private mutating func skipDigits() {
        while peek().isDigit { position += 1 }
    }

    private mutating func integer(
        from start: Int, digitsFrom first: Int, radix: Int, while accepts: (UInt8) -> Bool
    ) throws(ExpressionFault) -> Token.Kind {
        while accepts(peek()) { position += 1 }
        let text = String(decoding: bytes[first..<position], as: UTF8.self)
        let unsigned = peek() | 0x20 == UInt8(ascii: "u")
        if unsigned { position += 1 }
        try endOfNumber(from: start)
        guard !text.isEmpty else { throw fault("a hexadecimal number needs digits, as in 0x1F", from: start) }
        guard let value = UInt64(text, radix: radix) else {
            throw fault("the number \(text) does not fit 64 bits", from: start)
        }
        return unsigned ? .unsigned(value) : .integer(value)
    }

    private mutating func endOfNumber(from start: Int) throws(ExpressionFault) {
        guard peek().continuesIdentifier else { return }
        while peek().continuesIdentifier { position += 1 }
        throw fault("a number must not run into a name", from: start)
    }
}
