extension Parser {
    /// Words no variable or function may be named; fields and methods may.
    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "in", "let", "loop", "namespace",
        "package", "return", "var", "void", "while",
    ]

    mutating func member() throws(ExpressionFault) -> Expression {
        try selectors(on: try primary())
    }

    /// `.field`, `.method(…)` and `[index]` after a primary.
    mutating func selectors(on first: Expression) throws(ExpressionFault) -> Expression {
        var operand = first
        while true {
            if skip(.dot) {
                operand = try selection(from: operand)
            } else if current.kind == .symbol(.leftBracket) {
                let focus = current.span
                advance()
                let index = try expression()
                let span = SourceSpan(operand.span.start, try close(.rightBracket))
                operand = try node(.call("_[_]", target: nil, arguments: [operand, index]), at: span, focus: focus)
            } else if current.kind == .symbol(.leftBrace), operand.qualifiedName != nil {
                throw ExpressionFault("messages are not supported; write a map as {'key': value}", at: operand.span)
            } else {
                return operand
            }
        }
    }

    private mutating func selection(from operand: Expression) throws(ExpressionFault) -> Expression {
        let token = current
        switch token.kind {
        case .quotedIdentifier(let field):
            advance()
            return try node(
                .select(operand, field: field, isTest: false), at: operand.span.joined(to: token.span),
                focus: token.span)
        case .identifier(let field):
            guard !["in", "true", "false", "null"].contains(field) else { throw expected("a field name") }
            advance()
            guard skip(.leftParenthesis) else {
                return try node(
                    .select(operand, field: field, isTest: false), at: operand.span.joined(to: token.span),
                    focus: token.span)
            }
            let (arguments, end) = try list(closedBy: .rightParenthesis)
            let span = SourceSpan(operand.span.start, end)
            if let macro = try comprehension(field, on: operand, arguments: arguments) {
                return try node(.comprehension(macro), at: span, focus: token.span)
            }
            return try node(.call(field, target: operand, arguments: arguments), at: span, focus: token.span)
        default:
            throw expected("a field name after '.'")
        }
    }

    /// Expressions separated by commas, a trailing comma allowed, up to and over the closing symbol.
    private mutating func list(
        closedBy symbol: Token.Symbol, allowsTrailingComma: Bool = false
    ) throws(ExpressionFault) -> (elements: [Expression], end: Int) {
        var elements: [Expression] = []
        if current.kind != .symbol(symbol) {
            repeat {
                if allowsTrailingComma, current.kind == .symbol(symbol) { break }
                elements.append(try expression())
            } while skip(.comma)
        }
        guard current.kind == .symbol(symbol) else { throw expected("',' or '\(symbol.rawValue)'") }
        return (elements, try close(symbol))
    }

    private mutating func primary() throws(ExpressionFault) -> Expression {
        let token = current
        if case .symbol(let symbol) = token.kind {
            switch symbol {
            case .leftParenthesis:
                advance()
                let inner = try expression()
                let span = SourceSpan(token.span.start, try close(.rightParenthesis))
                // Parentheses end a dotted name: (a.b).c selects c from a.b.
                return inner.qualifiedName == nil
                    ? inner
                    : try node(
                        .call("@grouped", target: nil, arguments: [inner]), at: span, focus: inner.span)
            case .leftBracket:
                advance()
                let (elements, end) = try list(closedBy: .rightBracket, allowsTrailingComma: true)
                return try node(.list(elements), at: SourceSpan(token.span.start, end))
            case .leftBrace:
                return try map()
            case .dot:
                advance()
                guard case .identifier(let name) = current.kind else { throw expected("a name after '.'") }
                return try named(name, from: token.span, isAbsolute: true)
            default:
                throw expected("a value")
            }
        }
        if case .identifier(let name) = token.kind { return try named(name, from: token.span, isAbsolute: false) }
        guard let value = try literal(token) else { throw expected("a value") }
        advance()
        return try node(.literal(value), at: token.span)
    }

    private func literal(_ token: Token) throws(ExpressionFault) -> Value? {
        switch token.kind {
        case .integer(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw ExpressionFault(
                    "the number \(magnitude) does not fit an int; write \(magnitude)u", at: token.span)
            }
            return .int(value)
        case .unsigned(let value): return .uint(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .bytes(let value): return .bytes(value)
        default: return nil
        }
    }

    private mutating func map() throws(ExpressionFault) -> Expression {
        let start = current.span.start
        advance()
        var entries: [(key: Expression, value: Expression)] = []
        while current.kind != .symbol(.rightBrace) {
            let key = try expression()
            _ = try close(.colon)
            entries.append((key, try expression()))
            if !skip(.comma) { break }
        }
        guard current.kind == .symbol(.rightBrace) else { throw expected("',' or '}'") }
        return try node(.map(entries), at: SourceSpan(start, try close(.rightBrace)))
    }

    private mutating func named(
        _ name: String, from start: SourceSpan, isAbsolute: Bool
    ) throws(ExpressionFault) -> Expression {
        let token = current
        if !isAbsolute {
            let constant: Value? =
                switch name {
                case "true": .bool(true)
                case "false": .bool(false)
                case "null": .null
                default: nil
                }
            if let constant {
                advance()
                return try node(.literal(constant), at: token.span)
            }
        }
        guard !Self.reserved.contains(name) else {
            throw ExpressionFault("'\(name)' is a reserved word", at: token.span)
        }
        advance()
        guard skip(.leftParenthesis) else {
            return try node(.name(name, isAbsolute: isAbsolute), at: start.joined(to: token.span))
        }
        let (arguments, end) = try list(closedBy: .rightParenthesis)
        let span = SourceSpan(start.start, end)
        if name == "has", !isAbsolute {
            return try presence(of: arguments, at: span, focus: token.span)
        }
        return try node(.call(name, target: nil, arguments: arguments), at: span, focus: token.span)
    }
}
