/// Finds the type of an expression and everything about it that cannot work.
///
/// - Source: cel-spec `doc/langdef.md`, "Gradual Type Checking".
struct Checker {
    let names: NameTable
    var substitution = Substitution()
    var locals: [(name: String, type: StaticType)] = []
    private(set) var faults: [ExpressionFault] = []

    private init(names: NameTable) {
        self.names = names
    }

    /// Checks a whole expression: its type, and all faults in the order they stand in the text.
    static func check(_ expression: Expression, names: NameTable) -> (type: StaticType, faults: [ExpressionFault]) {
        var checker = Checker(names: names)
        let type = checker.type(of: expression)
        let faults = checker.faults.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
        return (checker.substitution.resolve(type), faults)
    }

    /// Records a fault; what it concerns is taken for `dyn` so that one mistake is reported once.
    mutating func report(_ message: String, at span: SourceSpan) -> StaticType {
        faults.append(ExpressionFault(message, at: span))
        return .dyn
    }

    mutating func type(of expression: Expression) -> StaticType {
        switch expression.kind {
        case .literal(let value): return StaticType(of: value)
        case .name, .select: return nameOrField(expression)
        case .call(let function, let target, let arguments):
            return call(function, target: target, arguments: arguments, at: expression)
        case .logical(let symbol, let operands):
            for operand in operands { expect(.bool, of: operand, by: "'\(symbol.rawValue)'") }
            return .bool
        case .conditional(let condition, let then, let otherwise):
            expect(.bool, of: condition, by: "the condition before '?'")
            return branches(then, otherwise, at: expression.focus)
        case .list(let elements): return .list(joined(elements))
        case .map(let entries):
            let key = joined(entries.map(\.key))
            for entry in entries { checkKey(entry.key) }
            return .map(key, joined(entries.map(\.value)))
        case .comprehension(let comprehension): return self.comprehension(comprehension)
        }
    }

    /// Holds an operand to a type.
    mutating func expect(_ wanted: StaticType, of operand: Expression, by whom: String) {
        let found = type(of: operand)
        guard !substitution.unify(wanted, found) else { return }
        _ = report("\(whom) needs a \(wanted), found \(substitution.resolve(found))", at: operand.span)
    }

    private mutating func branches(_ then: Expression, _ otherwise: Expression, at span: SourceSpan) -> StaticType {
        let (left, right) = (type(of: then), type(of: otherwise))
        let (leftType, rightType) = (substitution.resolve(left), substitution.resolve(right))
        guard substitution.unify(left, right) else {
            return report("both branches of '?:' need one type, found \(leftType) and \(rightType)", at: span)
        }
        return leftType == .dyn || rightType == .dyn ? .dyn : substitution.resolve(left)
    }

    /// The type elements have in common, or `dyn`.
    private mutating func joined(_ elements: [Expression]) -> StaticType {
        var common: StaticType?
        for element in elements {
            let next = type(of: element)
            guard let current = common else {
                common = next
                continue
            }
            let mixed = substitution.resolve(current) == .dyn || substitution.resolve(next) == .dyn
            if mixed || !substitution.unify(current, next) { common = .dyn }
        }
        return common ?? substitution.fresh()
    }

    private mutating func checkKey(_ key: Expression) {
        guard case .literal(let value) = key.kind, let type = value.type else { return }
        if ![.bool, .int, .uint, .string].contains(type) {
            _ = report("a map's key is an int, uint, bool or string, found \(type.rawValue)", at: key.span)
        }
    }
}
