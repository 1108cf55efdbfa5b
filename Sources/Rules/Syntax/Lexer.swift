/// Cuts an expression's text into tokens.
///
/// - Source: cel-spec `doc/langdef.md`, "Syntax".
struct Lexer {
    let bytes: [UInt8]
    var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// All tokens, the last one being `.end`.
    static func tokens(of text: String) throws(ExpressionFault) -> [Token] {
        var lexer = Lexer(text)
        var tokens: [Token] = []
        repeat {
            tokens.append(try lexer.next())
        } while tokens.last?.kind != .end
        return tokens
    }

    /// Whether an expression that can be cut into tokens holds a comment between them.
    static func hasComment(_ text: String) -> Bool {
        guard let tokens = try? tokens(of: text) else { return false }
        let bytes = Array(text.utf8)
        var end = 0
        for token in tokens {
            if bytes[end..<token.span.start].contains(UInt8(ascii: "/")) { return true }
            end = token.span.end
        }
        return false
    }

    /// The byte `offset` ahead, or zero past the end.
    func peek(_ offset: Int = 0) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    func fault(_ message: String, from start: Int) -> ExpressionFault {
        ExpressionFault(message, at: SourceSpan(start, max(position, start + 1)))
    }

    private mutating func next() throws(ExpressionFault) -> Token {
        skipBlanks()
        let start = position
        guard position < bytes.count else { return Token(kind: .end, span: SourceSpan(start, start)) }
        let kind = try scan()
        return Token(kind: kind, span: SourceSpan(start, position))
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0C:
                position += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            default:
                return
            }
        }
    }

    private mutating func scan() throws(ExpressionFault) -> Token.Kind {
        let byte = bytes[position]
        if byte.isDigit || (byte == UInt8(ascii: ".") && peek(1).isDigit) { return try number() }
        if let literal = try quoted() { return literal }
        if byte.startsIdentifier { return .identifier(identifier()) }
        if byte == UInt8(ascii: "`") { return try backticked() }
        return .symbol(try symbol())
    }

    private mutating func identifier() -> String {
        let start = position
        while peek().continuesIdentifier { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func backticked() throws(ExpressionFault) -> Token.Kind {
        let start = position
        position += 1
        while peek().continuesIdentifier
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), 0x20].contains(peek())
        {
            position += 1
        }
        guard peek() == UInt8(ascii: "`"), position > start + 1 else {
            throw fault(
                "a quoted field name is letters, digits, '_', '.', '-', '/' and spaces between backticks", from: start)
        }
        position += 1
        return .quotedIdentifier(String(decoding: bytes[start + 1..<position - 1], as: UTF8.self))
    }

    private mutating func symbol() throws(ExpressionFault) -> Token.Symbol {
        let start = position
        let two = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
        if let symbol = Token.Symbol(rawValue: two), symbol.rawValue.utf8.count == 2 {
            position += 2
            return symbol
        }
        if let symbol = Token.Symbol(rawValue: String(UnicodeScalar(bytes[position]))) {
            position += 1
            return symbol
        }
        // A code point outside ASCII is reported whole.
        repeat { position += 1 } while position < bytes.count && bytes[position] & 0xC0 == 0x80
        let found = String(decoding: bytes[start..<position], as: UTF8.self)
        switch found {
        case "=": throw fault("'=' is no operator; compare with '=='", from: start)
        case "&": throw fault("'&' is no operator; combine conditions with '&&'", from: start)
        case "|": throw fault("'|' is no operator; combine conditions with '||'", from: start)
        default: throw fault("unexpected character '\(found)'", from: start)
        }
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var startsIdentifier: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || self == UInt8(ascii: "_")
    }

    var continuesIdentifier: Bool { startsIdentifier || isDigit }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
