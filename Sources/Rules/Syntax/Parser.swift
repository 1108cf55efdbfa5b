/// Recursive descent over the tokens of one expression, with bounded depth.
///
/// - Source: cel-spec `doc/langdef.md`, "Syntax".
struct Parser {
    /// Deepest nesting accepted, in the text and in the tree: the specification asks for 32, a thread's stack allows far more.
    static let depthLimit = 128
    /// Longest expression accepted, in bytes.
    static let lengthLimit = 65_536

    private let tokens: [Token]
    private var position = 0
    private var depth = 0

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    /// Parses a whole expression.
    ///
    /// - Throws: the first fault, with the span it concerns.
    static func parse(_ text: String) throws(ExpressionFault) -> Expression {
        guard text.utf8.count <= lengthLimit else {
            throw ExpressionFault("an expression has at most \(lengthLimit) bytes", at: SourceSpan(0, 1))
        }
        var parser = Parser(tokens: try Lexer.tokens(of: text))
        let expression = try parser.expression()
        guard parser.current.kind == .end else {
            throw parser.expected("an operator or the end of the expression")
        }
        return expression
    }

    // MARK: Tokens

    var current: Token { tokens[position] }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    /// Skips a closing symbol and gives the end of it.
    mutating func close(_ symbol: Token.Symbol) throws(ExpressionFault) -> Int {
        let end = current.span.end
        guard skip(symbol) else { throw expected("'\(symbol.rawValue)'") }
        return end
    }

    func expected(_ what: String) -> ExpressionFault {
        ExpressionFault("expected \(what), found \(current.description)", at: current.span)
    }

    /// Builds a node, holding the tree to its depth limit.
    func node(_ kind: Expression.Kind, at span: SourceSpan, focus: SourceSpan? = nil) throws(ExpressionFault)
        -> Expression
    {
        let node = Expression(kind, at: span, focus: focus)
        guard node.height <= Self.depthLimit else {
            throw ExpressionFault("the expression nests more than \(Self.depthLimit) levels", at: node.focus)
        }
        return node
    }

    // MARK: Operators

    mutating func expression() throws(ExpressionFault) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw ExpressionFault("the expression nests more than \(Self.depthLimit) levels", at: current.span)
        }
        let condition = try binary(minimum: 1)
        let question = current.span
        guard skip(.question) else { return condition }
        let then = try binary(minimum: 1)
        _ = try close(.colon)
        let otherwise = try expression()
        return try node(
            .conditional(condition, then: then, otherwise: otherwise),
            at: condition.span.joined(to: otherwise.span), focus: question)
    }

    /// The binary operator at the current token, how tightly it binds, and its name as a function.
    private var binaryOperator: (precedence: Int, function: String)? {
        switch current.kind {
        case .symbol(.or): (1, "_||_")
        case .symbol(.and): (2, "_&&_")
        case .symbol(.equal), .symbol(.notEqual), .symbol(.less), .symbol(.lessOrEqual), .symbol(.greater),
            .symbol(.greaterOrEqual), .identifier("in"):
            (3, functionOfRelation)
        case .symbol(.plus): (4, "_+_")
        case .symbol(.minus): (4, "_-_")
        case .symbol(.times): (5, "_*_")
        case .symbol(.divide): (5, "_/_")
        case .symbol(.remainder): (5, "_%_")
        default: nil
        }
    }

    private var functionOfRelation: String {
        if case .symbol(let symbol) = current.kind { "_\(symbol.rawValue)_" } else { "@in" }
    }

    /// Precedence climbing; every binary operator associates to the left.
    private mutating func binary(minimum: Int) throws(ExpressionFault) -> Expression {
        var left = try unary()
        while let (precedence, function) = binaryOperator, precedence >= minimum {
            let focus = current.span
            if precedence <= 2 {
                left = try logical(left, precedence: precedence, focus: focus)
                continue
            }
            advance()
            let right = try binary(minimum: precedence + 1)
            left = try node(
                .call(function, target: nil, arguments: [left, right]), at: left.span.joined(to: right.span),
                focus: focus)
        }
        return left
    }

    private mutating func logical(
        _ first: Expression, precedence: Int, focus: SourceSpan
    ) throws(ExpressionFault) -> Expression {
        let symbol: Token.Symbol = precedence == 1 ? .or : .and
        var operands = [first]
        while skip(symbol) { operands.append(try binary(minimum: precedence + 1)) }
        let span = first.span.joined(to: operands[operands.count - 1].span)
        return try node(.logical(precedence == 1 ? .or : .and, operands), at: span, focus: focus)
    }

    private mutating func unary() throws(ExpressionFault) -> Expression {
        let start = current.span
        guard case .symbol(let symbol) = current.kind, symbol == .not || symbol == .minus else { return try member() }
        var count = 0
        while current.kind == .symbol(symbol) {
            // The last minus before a number belongs to the number: the smallest integer has no positive twin.
            if symbol == .minus, let literal = negativeLiteral() {
                advance()
                var operand = try node(.literal(literal), at: start.joined(to: current.span))
                advance()
                operand = try selectors(on: operand)
                return try wrap(operand, in: "-_", count: count, from: start)
            }
            advance()
            count += 1
        }
        return try wrap(try member(), in: symbol == .not ? "!_" : "-_", count: count, from: start)
    }

    private func wrap(
        _ operand: Expression, in function: String, count: Int, from start: SourceSpan
    ) throws(ExpressionFault) -> Expression {
        var operand = operand
        for _ in 0..<count {
            operand = try node(
                .call(function, target: nil, arguments: [operand]), at: start.joined(to: operand.span), focus: start)
        }
        return operand
    }

    private func negativeLiteral() -> Value? {
        guard position + 1 < tokens.count else { return nil }
        switch tokens[position + 1].kind {
        case .integer(let magnitude) where magnitude <= Int64.min.magnitude:
            return .int(magnitude == Int64.min.magnitude ? .min : -Int64(magnitude))
        case .double(let value): return .double(-value)
        default: return nil
        }
    }
}
