/// Writes syntax trees as canonical text: one line, one space around operators, no parentheses but those needed.
///
/// Parsing the text gives the tree again, but for parentheses around dotted names where those mean nothing.
struct ExpressionText {
    /// How tightly a form binds; an operand that binds less stands in parentheses.
    private enum Binding: Int {
        case conditional
        case or
        case and
        case relation
        case sum
        case product
        case unary
        case member
    }

    /// The canonical text of an expression.
    static func of(_ expression: Expression) -> String { text(expression).text }

    /// The canonical text, or nil where `source` is no expression or holds a comment, which the tree has not.
    static func canonical(_ source: String) -> String? {
        guard let expression = try? Parser.parse(source), !Lexer.hasComment(source) else { return nil }
        return of(expression)
    }

    /// Operands of the outermost chain of one logical operator, each ready to stand in it, for breaking lines.
    static func chain(_ expression: Expression) -> (operator: String, operands: [String])? {
        switch expression.kind {
        case .logical(let sign, let operands):
            let binding = binding(of: sign)
            return (sign.rawValue, operands.map { text($0, above: binding) })
        case .call("@grouped", _, let arguments) where !arguments.isEmpty: return chain(arguments[0])
        default: return nil
        }
    }

    private static func binding(of sign: Expression.LogicalOperator) -> Binding { sign == .or ? .or : .and }

    /// The text in parentheses unless it binds more tightly than `limit`.
    private static func text(_ expression: Expression, above limit: Binding) -> String {
        let (text, binding) = text(expression)
        return binding.rawValue > limit.rawValue ? text : "(\(text))"
    }

    /// The text in parentheses unless it binds at least as tightly as `limit`.
    private static func text(_ expression: Expression, from limit: Binding) -> String {
        let (text, binding) = text(expression)
        return binding.rawValue >= limit.rawValue ? text : "(\(text))"
    }

    private static func text(_ expression: Expression) -> (text: String, binding: Binding) {
        switch expression.kind {
        case .literal(let value): return (LiteralText.of(value), .member)
        case .name(let name, let isAbsolute): return (isAbsolute ? "." + name : name, .member)
        case .select(let operand, let field, let isTest):
            let selection = receiver(operand) + "." + LiteralText.field(field)
            return (isTest ? "has(\(selection))" : selection, .member)
        case .call(let name, let target, let arguments): return call(name, target, arguments)
        case .logical(let sign, let operands):
            let binding = binding(of: sign)
            let texts = operands.map { text($0, above: binding) }
            return (texts.joined(separator: " \(sign.rawValue) "), binding)
        case .conditional(let condition, let then, let otherwise):
            let branches = "\(text(then, above: .conditional)) : \(of(otherwise))"
            return ("\(text(condition, above: .conditional)) ? \(branches)", .conditional)
        case .list(let elements): return ("[" + elements.map(of).joined(separator: ", ") + "]", .member)
        case .map(let entries):
            return ("{" + entries.map { "\(of($0.key)): \(of($0.value))" }.joined(separator: ", ") + "}", .member)
        case .comprehension(let comprehension): return (macro(comprehension), .member)
        }
    }

    private static func call(
        _ name: String, _ target: Expression?, _ arguments: [Expression]
    ) -> (text: String, binding: Binding) {
        if let target { return (receiver(target) + "." + name + list(arguments), .member) }
        switch (name, arguments.count) {
        case ("@grouped", 1): return text(arguments[0])
        case ("_[_]", 2): return ("\(text(arguments[0], from: .member))[\(of(arguments[1]))]", .member)
        case ("!_", 1): return ("!" + operand(arguments[0], of: "!"), .unary)
        case ("-_", 1): return ("-" + operand(arguments[0], of: "-"), .unary)
        case (_, 2) where name == "@in" || name.hasPrefix("_"):
            guard let (sign, binding) = binary(name) else { break }
            let (left, right) = (text(arguments[0], from: binding), text(arguments[1], above: binding))
            return ("\(left) \(sign) \(right)", binding)
        // With a leading dot it is a function, without one the macro.
        case ("has", _): return (".has" + list(arguments), .member)
        default: break
        }
        return (name + list(arguments), .member)
    }

    private static func binary(_ name: String) -> (sign: String, binding: Binding)? {
        switch name {
        case "@in": ("in", .relation)
        case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_": (String(name.dropFirst().dropLast()), .relation)
        case "_+_", "_-_": (String(name.dropFirst().dropLast()), .sum)
        case "_*_", "_/_", "_%_": (String(name.dropFirst().dropLast()), .product)
        default: nil
        }
    }

    /// What a prefix operator stands before: the grammar has `!!x` and `--x`, but neither `!-x` nor `-!x`, and a minus
    /// before a number becomes part of the number.
    private static func operand(_ expression: Expression, of sign: Character) -> String {
        let (text, binding) = text(expression)
        let isSame = binding == .unary && text.first == sign
        let isNegative = binding == .member && text.first == "-"
        let startsWithNumber = text.utf8.first?.isDigit == true
        let stands = isSame || binding == .member && (sign == "-" ? !startsWithNumber : !isNegative)
        return stands ? text : "(\(text))"
    }

    /// What a field or method is taken of; parentheses around a dotted name end it there, so they stay.
    private static func receiver(_ expression: Expression) -> String {
        if case .call("@grouped", nil, let arguments) = expression.kind, arguments.count == 1 {
            return "(\(of(arguments[0])))"
        }
        return text(expression, from: .member)
    }

    private static func list(_ arguments: [Expression]) -> String {
        "(" + arguments.map(of).joined(separator: ", ") + ")"
    }

    private static func macro(_ comprehension: Comprehension) -> String {
        guard comprehension.form != .bind else {
            return "cel.bind(\(comprehension.variable), \(of(comprehension.range)), \(of(comprehension.body)))"
        }
        let isDouble = comprehension.second != nil
        let name =
            switch comprehension.form {
            case .all: "all"
            case .exists: "exists"
            case .existsOne: isDouble ? "existsOne" : "exists_one"
            case .map: isDouble ? "transformList" : "map"
            case .filter: "filter"
            case .transformMap: "transformMap"
            case .transformMapEntry: "transformMapEntry"
            case .bind: "bind"
            }
        let variables = [comprehension.variable] + (comprehension.second.map { [$0] } ?? [])
        let bodies = (comprehension.condition.map { [$0] } ?? []) + [comprehension.body]
        return receiver(comprehension.range) + ".\(name)(" + (variables + bodies.map(of)).joined(separator: ", ") + ")"
    }
}
