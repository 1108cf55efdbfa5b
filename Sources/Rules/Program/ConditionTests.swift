/// The operands of a condition's `&&` that can be told without the machine.
///
/// One that fails decides the condition, whatever the others are, errors too: most conditions of most events need no more.
struct ConditionTests: Sendable {
    /// A test that is made only where the others do not decide.
    enum Late: Sendable {
        /// Of a fact that is sought.
        case number(NumberTest)
        /// Of several numbers at hand.
        case numbers(NumberExpression)
        case text(fact: Int, String, isEqual: Bool)
        /// Whether the event has the fact.
        case present(fact: Int)
    }

    /// Of facts whose numbers are at hand.
    private(set) var tests: [NumberTest] = []
    private(set) var lateTests: [Late] = []
    /// Whether the condition is nothing else.
    private(set) var isWhole = true
    private let slots: Set<Int>
    private let lateSlots: Set<Int>

    /// - Parameters:
    ///   - slots: those of facts that every event has at hand.
    ///   - lateSlots: those of facts that can be sought.
    init(of condition: Expression, names: NameTable, slots: Set<Int>, lateSlots: Set<Int> = []) {
        (self.slots, self.lateSlots) = (slots, lateSlots)
        collect(condition, names)
        if tests.isEmpty && lateTests.isEmpty { isWhole = false }
    }

    private mutating func collect(_ expression: Expression, _ names: NameTable) {
        switch expression.kind {
        case .logical(.and, let operands): for operand in operands { collect(operand, names) }
        case .call("@grouped", nil, let arguments) where arguments.count == 1: collect(arguments[0], names)
        default:
            if let test = bounds(expression, names) {
                if slots.contains(test.fact) { tests.append(test) } else { lateTests.append(.number(test)) }
            } else if let numbers = NumberExpression(condition: expression, names: names, slots: slots) {
                lateTests.append(.numbers(numbers))
            } else if let test = text(expression, names) {
                lateTests.append(test)
            } else {
                isWhole = false
            }
        }
    }

    /// A fact's number compared with a constant.
    private func bounds(_ expression: Expression, _ names: NameTable) -> NumberTest? {
        guard let (fact, comparison, constant) = comparison(expression, names) else { return nil }
        switch (fact.type, constant) {
        case (.double, .double(let number)): return NumberTest(fact: fact.slot, comparison, number)
        case (.int, .int(let number)):
            return NumberTest.exact(number).flatMap { NumberTest(fact: fact.slot, comparison, $0) }
        default: return nil
        }
    }

    /// A fact's text compared with a constant, or the question whether there is the fact.
    private func text(_ expression: Expression, _ names: NameTable) -> Late? {
        if case .select(let operand, let field, true) = expression.kind, let (name, isAbsolute) = operand.qualifiedName
        {
            return fact(name + "." + field, isAbsolute, names).map { .present(fact: $0.slot) }
        }
        guard case ((let slot, .string), let comparison, .string(let text))? = comparison(expression, names) else {
            return nil
        }
        switch comparison {
        case .equal: return .text(fact: slot, text, isEqual: true)
        case .notEqual: return .text(fact: slot, text, isEqual: false)
        default: return nil
        }
    }

    /// `fact comparison constant`, in either order.
    private func comparison(
        _ expression: Expression, _ names: NameTable
    ) -> (fact: (slot: Int, type: StaticType), BinaryOperator, Value)? {
        guard case .call(let function, nil, let arguments) = expression.kind, arguments.count == 2,
            let binary = BinaryOperator(function: function, isMember: false), let mirrored = binary.mirrored
        else { return nil }
        for (side, binary) in [(0, binary), (1, mirrored)] {
            if let (name, isAbsolute) = arguments[side].qualifiedName, let fact = fact(name, isAbsolute, names),
                case .literal(let constant) = arguments[1 - side].kind
            {
                return (fact, binary, constant)
            }
        }
        return nil
    }

    private func fact(_ name: String, _ isAbsolute: Bool, _ names: NameTable) -> (slot: Int, type: StaticType)? {
        guard case .fact(let slot, let type)? = names.lookUp(name, isAbsolute: isAbsolute)?.entry,
            slots.contains(slot) || lateSlots.contains(slot)
        else { return nil }
        return (slot, type)
    }
}
