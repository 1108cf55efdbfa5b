extension Parser {
    /// `has(e.f)`.
    func presence(
        of arguments: [Expression], at span: SourceSpan, focus: SourceSpan
    ) throws(ExpressionFault) -> Expression {
        guard arguments.count == 1, case .select(let operand, let field, false) = arguments[0].kind else {
            throw ExpressionFault("has() takes one field selection, as in has(tx.amount)", at: focus)
        }
        return try node(.select(operand, field: field, isTest: true), at: span, focus: arguments[0].span)
    }

    /// The macro called `name` with these arguments, or nil where it is an ordinary method.
    func comprehension(
        _ name: String, on range: Expression, arguments: [Expression]
    ) throws(ExpressionFault) -> Comprehension? {
        if name == "bind", arguments.count == 3, case .name("cel", _) = range.kind {
            return Comprehension(
                form: .bind, range: arguments[1], variable: try Self.variable(arguments[0]), second: nil,
                condition: nil, body: arguments[2])
        }
        guard let macro = Macro.named(name, argumentCount: arguments.count) else { return nil }
        var rest = arguments[...]
        let variable = try Self.variable(rest.removeFirst())
        var second: String?
        if macro.hasSecond {
            let argument = rest.removeFirst()
            second = try Self.variable(argument)
            guard second != variable else {
                throw ExpressionFault("the two variables of '\(name)' need different names", at: argument.span)
            }
        }
        let condition = rest.count == 2 ? rest.removeFirst() : nil
        return Comprehension(
            form: macro.form, range: range, variable: variable, second: second, condition: condition,
            body: rest.removeFirst())
    }

    private static func variable(_ argument: Expression) throws(ExpressionFault) -> String {
        guard case .name(let name, false) = argument.kind else {
            throw ExpressionFault("expected the name of a variable here", at: argument.span)
        }
        return name
    }
}

/// A macro as its name and number of arguments select it.
private struct Macro {
    let form: Comprehension.Form
    let hasSecond: Bool

    static func named(_ name: String, argumentCount: Int) -> Macro? {
        switch (name, argumentCount) {
        case ("all", 2): Macro(form: .all, hasSecond: false)
        case ("all", 3): Macro(form: .all, hasSecond: true)
        case ("exists", 2): Macro(form: .exists, hasSecond: false)
        case ("exists", 3): Macro(form: .exists, hasSecond: true)
        case ("exists_one", 2), ("existsOne", 2): Macro(form: .existsOne, hasSecond: false)
        case ("exists_one", 3), ("existsOne", 3): Macro(form: .existsOne, hasSecond: true)
        case ("map", 2), ("map", 3): Macro(form: .map, hasSecond: false)
        case ("filter", 2): Macro(form: .filter, hasSecond: false)
        case ("transformList", 3), ("transformList", 4): Macro(form: .map, hasSecond: true)
        case ("transformMap", 3), ("transformMap", 4): Macro(form: .transformMap, hasSecond: true)
        case ("transformMapEntry", 3), ("transformMapEntry", 4): Macro(form: .transformMapEntry, hasSecond: true)
        default: nil
        }
    }
}
