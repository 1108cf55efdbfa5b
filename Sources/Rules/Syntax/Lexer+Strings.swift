extension Lexer {
    /// Scans a string or bytes literal, or returns nil where none begins.
    mutating func quoted() throws(ExpressionFault) -> Token.Kind? {
        var raw = false
        var isBytes = false
        var length = 0
        prefix: while true {
            switch peek(length) {
            case UInt8(ascii: "r"), UInt8(ascii: "R"):
                if raw { return nil }
                raw = true
            case UInt8(ascii: "b"), UInt8(ascii: "B"):
                if isBytes || raw { return nil }
                isBytes = true
            default:
                break prefix
            }
            length += 1
        }
        let quote = peek(length)
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        let start = position
        position += length
        let triple = peek(1) == quote && peek(2) == quote
        position += triple ? 3 : 1
        var content: [UInt8] = []
        while !closes(quote, triple: triple) {
            guard position < bytes.count else { throw fault("a string is not closed", from: start) }
            let byte = bytes[position]
            if !triple, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                throw fault("a string is not closed before the end of its line", from: start)
            }
            if byte == UInt8(ascii: "\\"), !raw {
                try escape(isBytes: isBytes, into: &content)
            } else {
                content.append(byte)
                position += 1
            }
        }
        position += triple ? 3 : 1
        if isBytes { return .bytes(content) }
        return .string(String(decoding: content, as: UTF8.self))
    }

    private func closes(_ quote: UInt8, triple: Bool) -> Bool {
        guard position < bytes.count, bytes[position] == quote else { return false }
        return !triple || (peek(1) == quote && peek(2) == quote)
    }

    private mutating func escape(isBytes: Bool, into content: inout [UInt8]) throws(ExpressionFault) {
        let start = position
        let letter = peek(1)
        position += 2
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            try append(hexadecimal(2, from: start), isBytes: isBytes, to: &content, from: start)
        case UInt8(ascii: "u") where !isBytes:
            try append(hexadecimal(4, from: start), isBytes: false, to: &content, from: start)
        case UInt8(ascii: "U") where !isBytes:
            try append(hexadecimal(8, from: start), isBytes: false, to: &content, from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            let second = peek() &- UInt8(ascii: "0")
            let third = peek(1) &- UInt8(ascii: "0")
            guard second < 8, third < 8 else {
                throw fault("an octal escape has three digits, as in \\012", from: start)
            }
            position += 2
            let value = UInt32(letter - UInt8(ascii: "0")) << 6 | UInt32(second) << 3 | UInt32(third)
            try append(value, isBytes: isBytes, to: &content, from: start)
        default:
            position = min(position, bytes.count)
            throw fault("unknown escape sequence", from: start)
        }
    }

    private mutating func hexadecimal(_ count: Int, from start: Int) throws(ExpressionFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = peek().hexadecimalValue else {
                throw fault("an escape sequence here needs \(count) hexadecimal digits", from: start)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func append(
        _ value: UInt32, isBytes: Bool, to content: inout [UInt8], from start: Int
    ) throws(ExpressionFault) {
        if isBytes {
            content.append(UInt8(truncatingIfNeeded: value))
        } else if let scalar = Unicode.Scalar(value) {
            content.append(contentsOf: Array(String(Character(scalar)).utf8))
        } else {
            let isSurrogate = (0xD800...0xDFFF).contains(value)
            throw fault(
                isSurrogate
                    ? "a surrogate is no code point, nor are two; \\U and eight digits name one"
                    : "the escape sequence names no Unicode code point",
                from: start)
        }
    }
}
