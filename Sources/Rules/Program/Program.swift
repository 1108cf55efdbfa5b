/// Compiled expressions that share one memory: facts, registers, constants.
struct Program: Sendable {
    /// Registers an expression may use.
    static let registerCount = 1024

    let factNames: [String]
    private(set) var constants: [Value] = []
    private(set) var code: [Instruction] = []
    private(set) var sets: [Set<MapKey>] = []
    private(set) var patterns: [Pattern] = []
    private(set) var functions: [Implementation] = []
    /// Slots of facts that some expression reads.
    private(set) var factsUsed: Set<Int> = []
    /// Slots of those that the expression being compiled reads.
    private var ownFacts: Set<Int> = []
    private var functionIndex: [Signature.Name: UInt16] = [:]
    private var namedConstants: [String: Place] = [:]
    private var setIndex: [Place: Int32] = [:]

    init(factNames: [String]) {
        self.factNames = factNames
    }

    var firstRegister: Place { Place(factNames.count) }
    var firstConstant: Place { firstRegister + Place(Self.registerCount) }
    var memoryCount: Int { Int(firstConstant) + constants.count }

    mutating func emit(_ instruction: Instruction) { code.append(instruction) }

    /// The position the next instruction will have.
    var here: Int32 { Int32(code.count) }

    /// The last instruction, where it is the comparison that an expression was compiled to.
    func lastComparison(
        of expression: Expression, into place: Place
    ) -> (binary: BinaryOperator, left: Place, right: Place)? {
        guard expression.isComparison, case .binary(let binary, place, let left, let right)? = code.last else {
            return nil
        }
        return (binary, left, right)
    }

    mutating func patch(_ position: Int32, _ instruction: Instruction) { code[Int(position)] = instruction }

    mutating func removeCode(from position: Int32) { code.removeSubrange(Int(position)...) }

    mutating func constant(_ value: Value) -> Place {
        constants.append(value)
        return firstConstant + Place(constants.count - 1)
    }

    /// A constant with a name of its own, stored once.
    mutating func constant(_ value: Value, named name: String) -> Place {
        if let place = namedConstants[name] { return place }
        let place = constant(value)
        namedConstants[name] = place
        return place
    }

    func constantValue(at place: Place) -> Value? {
        place >= firstConstant ? constants[Int(place - firstConstant)] : nil
    }

    /// Begins an expression here and gives its start.
    mutating func beginExpression() -> Int {
        ownFacts = []
        return code.count
    }

    /// The expression begun last, which ends here.
    func expression(startedAt start: Int) -> CompiledExpression {
        CompiledExpression(start: start, facts: ownFacts.sorted())
    }

    mutating func fact(_ slot: Int) -> Place {
        factsUsed.insert(slot)
        ownFacts.insert(slot)
        return Place(slot)
    }

    /// The set of a constant list's elements, or nil where the list is short or holds what sets cannot.
    mutating func set(ofListAt place: Place) -> Int32? {
        if let known = setIndex[place] { return known }
        guard case .list(let elements) = constantValue(at: place), elements.count > 1 else { return nil }
        var set: Set<MapKey> = []
        for element in elements {
            if case .double = element { return nil }
            guard let key = MapKey(element) else { return nil }
            set.insert(key)
        }
        sets.append(set)
        setIndex[place] = Int32(sets.count - 1)
        return Int32(sets.count - 1)
    }

    mutating func pattern(_ pattern: Pattern) -> Int32 {
        patterns.append(pattern)
        return Int32(patterns.count - 1)
    }

    mutating func function(_ name: Signature.Name) -> UInt16? {
        if let known = functionIndex[name] { return known }
        guard let function = Functions.all[name] else { return nil }
        functions.append(function)
        functionIndex[name] = UInt16(functions.count - 1)
        return UInt16(functions.count - 1)
    }
}

extension Expression {
    /// `==`, `<` and the like at the top, in whatever parentheses.
    fileprivate var isComparison: Bool {
        guard case .call(let function, nil, let arguments) = kind else { return false }
        if function == "@grouped" { return arguments.first?.isComparison ?? false }
        return arguments.count == 2 && ["_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"].contains(function)
    }
}
