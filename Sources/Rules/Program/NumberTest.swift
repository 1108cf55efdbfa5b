/// A number compared with a constant, as bounds: what most conditions come down to. NaN stands for a value that only the
/// machine can judge; it neither holds nor fails.
struct NumberTest: Sendable {
    /// The fact's slot, or wherever its number is kept.
    var fact: Int
    let least: Double
    let greatest: Double

    @inline(__always)
    func holds(_ number: Double) -> Bool { number >= least && number <= greatest }

    @inline(__always)
    func fails(_ number: Double) -> Bool { number < least || number > greatest }

    /// An integer as a double, where no other integer is the same one.
    @inline(__always)
    static func exact(_ number: Int64) -> Double? { number.magnitude <= 1 << 53 ? Double(number) : nil }

    /// `number comparison constant`; nil where bounds cannot say it.
    init?(fact: Int, _ comparison: BinaryOperator, _ constant: Double) {
        guard constant.isFinite else { return nil }
        self.fact = fact
        switch comparison {
        case .less: (least, greatest) = (-.infinity, constant.nextDown)
        case .lessOrEqual: (least, greatest) = (-.infinity, constant)
        case .greater: (least, greatest) = (constant.nextUp, .infinity)
        case .greaterOrEqual: (least, greatest) = (constant, .infinity)
        case .equal: (least, greatest) = (constant, constant)
        default: return nil
        }
    }
}

/// The operands of a condition's `&&` that are tests of numbers.
///
/// One that fails decides the condition, whatever the others are, errors too: most conditions of most events need no more.
struct NumberTests: Sendable {
    private(set) var tests: [NumberTest] = []
    /// Of facts that are sought only where they decide.
    private(set) var lateTests: [NumberTest] = []
    /// Whether the condition is nothing else.
    private(set) var isWhole = true
    private let slots: Set<Int>
    private let lateSlots: Set<Int>

    /// - Parameters:
    ///   - slots: those of facts whose numbers are at hand for every event.
    ///   - lateSlots: those of facts whose numbers can be sought.
    init(of condition: Expression, names: NameTable, slots: Set<Int>, lateSlots: Set<Int> = []) {
        (self.slots, self.lateSlots) = (slots, lateSlots)
        collect(condition, names)
        if tests.isEmpty && lateTests.isEmpty { isWhole = false }
    }

    private mutating func collect(_ expression: Expression, _ names: NameTable) {
        switch expression.kind {
        case .logical(.and, let operands): for operand in operands { collect(operand, names) }
        case .call("@grouped", nil, let arguments) where arguments.count == 1: collect(arguments[0], names)
        case .call(let function, nil, let arguments) where arguments.count == 2:
            guard let comparison = BinaryOperator(function: function, isMember: false),
                let test = test(arguments[0], comparison, arguments[1], names)
                    ?? comparison.mirrored.flatMap({ test(arguments[1], $0, arguments[0], names) })
            else { return isWhole = false }
            if slots.contains(test.fact) { tests.append(test) } else { lateTests.append(test) }
        default: isWhole = false
        }
    }

    private func test(
        _ fact: Expression, _ comparison: BinaryOperator, _ constant: Expression, _ names: NameTable
    ) -> NumberTest? {
        guard let (name, isAbsolute) = fact.qualifiedName,
            case .fact(let slot, let type)? = names.lookUp(name, isAbsolute: isAbsolute)?.entry,
            slots.contains(slot) || lateSlots.contains(slot), case .literal(let literal) = constant.kind
        else { return nil }
        switch (type, literal) {
        case (.double, .double(let number)): return NumberTest(fact: slot, comparison, number)
        case (.int, .int(let number)):
            return NumberTest.exact(number).flatMap { NumberTest(fact: slot, comparison, $0) }
        default: return nil
        }
    }
}

extension Value {
    /// As tests want it: NaN where there is no number that a double holds.
    var testNumber: Double {
        switch self {
        case .double(let number): number
        case .int(let number): NumberTest.exact(number) ?? .nan
        default: .nan
        }
    }
}

extension BinaryOperator {
    /// The comparison with its sides exchanged; nil for other operators.
    fileprivate var mirrored: BinaryOperator? {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal: .equal
        default: nil
        }
    }
}
