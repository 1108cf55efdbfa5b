/// Arithmetic, comparisons and logic over the numbers of facts and the sizes of texts, told without the machine's values.
///
/// 1 stands for true, 0 for false, NaN for what only the machine can judge.
indirect enum NumberExpression: Sendable {
    case fact(Int)
    /// How many code points the fact's text has.
    case size(Int)
    case constant(Double)
    case step(NumberStep.Operation, NumberExpression, NumberExpression)

    /// Nil for a condition that is about more than numbers, or about integers that may overflow.
    ///
    /// - Parameter slots: those of facts whose numbers are at hand for every event.
    init?(condition: Expression, names: NameTable, slots: Set<Int>) {
        guard case (let number, .bool)? = Self.read(condition, names, slots) else { return nil }
        self = number
    }

    private static func read(
        _ expression: Expression, _ names: NameTable, _ slots: Set<Int>
    ) -> (number: NumberExpression, type: StaticType)? {
        if case .fact(let slot, let type)? = fact(expression, names, slots) {
            return type == .double || type == .int ? (.fact(slot), type) : nil
        }
        switch expression.kind {
        case .literal(.double(let number)): return (.constant(number), .double)
        case .literal(.int(let number)): return NumberTest.exact(number).map { (.constant($0), .int) }
        case .literal(.bool(let flag)): return (.constant(flag ? 1 : 0), .bool)
        case .logical(let logical, let operands):
            let parts = operands.compactMap { NumberExpression(condition: $0, names: names, slots: slots) }
            guard parts.count == operands.count, let first = parts.first else { return nil }
            let operation: NumberStep.Operation = logical == .and ? .and : .or
            return (parts.dropFirst().reduce(first) { .step(operation, $0, $1) }, .bool)
        case .call("size", let target, let arguments):
            guard let text = target ?? arguments.first, arguments.count == (target == nil ? 1 : 0),
                case .fact(let slot, .string)? = fact(text, names, slots)
            else { return nil }
            return (.size(slot), .int)
        case .call(let function, nil, let arguments):
            let parts = arguments.compactMap { read($0, names, slots) }
            return parts.count == arguments.count ? call(function, parts) : nil
        default: return nil
        }
    }

    private static func fact(
        _ expression: Expression, _ names: NameTable, _ slots: Set<Int>
    ) -> NameTable.Entry? {
        guard let (name, isAbsolute) = expression.qualifiedName,
            let entry = names.lookUp(name, isAbsolute: isAbsolute)?.entry, case .fact(let slot, _) = entry,
            slots.contains(slot)
        else { return nil }
        return entry
    }

    private static func call(
        _ function: String, _ parts: [(number: NumberExpression, type: StaticType)]
    ) -> (NumberExpression, StaticType)? {
        guard let first = parts.first else { return nil }
        switch (function, first.type, parts.count) {
        case ("@grouped", _, 1): return first
        case ("!_", .bool, 1): return (.step(.binary(.subtract), .constant(1), first.number), .bool)
        case ("-_", .double, 1): return (.step(.binary(.multiply), .constant(-1), first.number), .double)
        case (_, .double, 2), (_, .int, 2):
            guard parts[1].type == first.type, let binary = BinaryOperator(function: function, isMember: false) else {
                return nil
            }
            let step = NumberExpression.step(.binary(binary), first.number, parts[1].number)
            switch binary {
            case .add, .subtract, .multiply, .divide:
                // Integers fail where they overflow: the machine knows how.
                return first.type == .double ? (step, .double) : nil
            default: return binary.mirrored == nil ? nil : (step, .bool)
            }
        default: return nil
        }
    }
}
