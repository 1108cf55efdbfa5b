/// A reason with values in braces, such as `amount {tx.amount} above 220`; doubled braces stand for themselves.
struct ReasonTemplate: Sendable {
    enum Part: Sendable {
        case text(String)
        case expression(CompiledExpression)
    }

    /// Longest text a value may add, in code points.
    static let valueLimit = 200

    let parts: [Part]

    /// An expression found in a template, and its offset there in bytes.
    struct Hole {
        let text: String
        let offset: Int
    }

    /// Cuts a template into text and expressions.
    static func split(_ template: String) throws(ExpressionFault) -> [(text: String, hole: Hole?)] {
        let bytes = Array(template.utf8)
        var pieces: [(text: String, hole: Hole?)] = []
        var text: [UInt8] = []
        var position = 0
        func doubled(_ byte: UInt8) -> Bool { position + 1 < bytes.count && bytes[position + 1] == byte }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"), doubled(byte) {
                text.append(byte)
                position += 2
            } else if byte == UInt8(ascii: "}") {
                throw ExpressionFault(
                    "a single '}' in a reason; write '}}' for the character", at: SourceSpan(position, position + 1))
            } else if byte == UInt8(ascii: "{") {
                guard let end = close(of: bytes, from: position) else {
                    throw ExpressionFault(
                        "'{' is not closed; write '{{' for the character", at: SourceSpan(position, position + 1))
                }
                let inner = String(decoding: bytes[position + 1..<end], as: UTF8.self)
                pieces.append((String(decoding: text, as: UTF8.self), Hole(text: inner, offset: position + 1)))
                text = []
                position = end + 1
            } else {
                text.append(byte)
                position += 1
            }
        }
        if !text.isEmpty { pieces.append((String(decoding: text, as: UTF8.self), nil)) }
        return pieces
    }

    /// The brace that closes the one at `start`: braces within and quoted ones do not.
    private static func close(of bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var quote: UInt8?
        for position in start..<bytes.count {
            let byte = bytes[position]
            if let open = quote {
                if byte == open, bytes[position - 1] != UInt8(ascii: "\\") { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return position }
            }
        }
        return nil
    }

    /// A value as an analyst reads it: numbers with at most four decimals, `n/a` for what could not be had.
    static func text(of value: Value) -> String {
        switch value {
        case .failure: return "n/a"
        case .double(let number): return NumberText.shortest((number * 10_000).rounded() / 10_000)
        default:
            var budget = Budget(valueLimit)
            return String(Format.text(of: value, &budget).unicodeScalars.prefix(valueLimit))
        }
    }
}
