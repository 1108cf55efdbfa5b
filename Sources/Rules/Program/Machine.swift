/// Runs a program's expressions over one memory. Owned by one thread.
final class Machine {
    let program: Program
    private let memory: UnsafeMutablePointer<Value>
    private let code: UnsafeMutablePointer<Instruction>
    private var matcher = PatternMatcher()

    init(_ program: Program) {
        self.program = program
        code = .allocate(capacity: program.code.count)
        code.initialize(from: program.code, count: program.code.count)
        memory = .allocate(capacity: program.memoryCount)
        memory.initialize(repeating: .failure(.absent), count: Int(program.firstConstant))
        for (offset, constant) in program.constants.enumerated() {
            (memory + Int(program.firstConstant) + offset).initialize(to: constant)
        }
    }

    deinit {
        memory.deinitialize(count: program.memoryCount)
        memory.deallocate()
        code.deinitialize(count: program.code.count)
        code.deallocate()
    }

    /// Lends the memory to the instructions in other files.
    func withMemory<Result>(_ body: (UnsafeMutablePointer<Value>) -> Result) -> Result { body(memory) }

    /// Gives a fact its value for the evaluations to come.
    @inline(__always)
    func setFact(_ slot: Int, to value: Value) {
        memory[slot] = value
    }

    /// The value a fact was given.
    @inline(__always)
    func fact(_ slot: Int) -> Value { memory[slot] }

    /// Evaluates the expression that starts at a position.
    ///
    /// - Complexity: bounded by `budget`, whatever the expression.
    func run(at start: Int, budget units: Int = Budget.standard) -> Value {
        execute(from: start, budget: units).map { memory[Int($0)] } ?? .failure(.costExceeded)
    }

    /// Evaluates a condition; nil where it gives no bool.
    ///
    /// - Complexity: as `run`.
    func test(at start: Int, budget units: Int) -> Bool? {
        guard let place = execute(from: start, budget: units), case .bool(let value) = memory[Int(place)] else {
            return nil
        }
        return value
    }

    /// Where the expression's value is; nil where the budget was spent before it was known.
    private func execute(from start: Int, budget units: Int) -> Place? {
        var budget = Budget(units)
        var position = start
        while true {
            let instruction = code[position]
            position += 1
            switch instruction {
            case .move(let target, let source): memory[Int(target)] = memory[Int(source)]
            case .jump(let destination): position = Int(destination)
            case .jumpIf(let place, let wanted, let destination):
                if case .bool(let value) = memory[Int(place)], value == wanted { position = Int(destination) }
            case .branch(let place, let otherwise, let end):
                switch memory[Int(place)] {
                case .bool(true): break
                case .bool(false): position = Int(otherwise)
                case .failure: position = Int(end)
                default:
                    memory[Int(place)] = .noSuchOverload
                    position = Int(end)
                }
            case .and(let target, let left, let right):
                combine(target, left, right, decisive: false)
            case .or(let target, let left, let right):
                combine(target, left, right, decisive: true)
            case .not(let target, let operand):
                switch memory[Int(operand)] {
                case .bool(let value): memory[Int(target)] = .bool(!value)
                case .failure(let failure): memory[Int(target)] = .failure(failure)
                default: memory[Int(target)] = .noSuchOverload
                }
            case .negate(let target, let operand): memory[Int(target)] = Arithmetic.negate(memory[Int(operand)])
            case .binary(let binary, let target, let left, let right):
                if let result = binary.compare(numbers: memory + Int(left), memory + Int(right)) {
                    memory[Int(target)] = .bool(result)
                    continue
                }
                memory[Int(target)] = binary.apply(memory[Int(left)], memory[Int(right)], &budget)
                if budget.isSpent { return nil }
            case .compare(let comparison, let target, let left, let right, let end):
                guard let result = comparison.binary.compare(numbers: memory + Int(left), memory + Int(right)) else {
                    let value = comparison.binary.apply(memory[Int(left)], memory[Int(right)], &budget)
                    if budget.isSpent { return nil }
                    if join(value, to: Int(target), comparison) { position = Int(end) }
                    continue
                }
                if comparison.isFirst || result == comparison.decisive {
                    memory[Int(target)] = .bool(result)
                    if result == comparison.decisive { position = Int(end) }
                } else if case .bool = memory[Int(target)] {
                    // What does not decide leaves the operands before it as they are.
                } else {
                    _ = join(.bool(result), to: Int(target), comparison)
                }
            case .inSet(let target, let element, let set):
                memory[Int(target)] = isMember(memory[Int(element)], of: Int(set), &budget)
            case .match(let target, let text, let pattern):
                memory[Int(target)] = match(memory[Int(text)], program.patterns[Int(pattern)], &budget)
                if budget.isSpent { return nil }
            case .present(let target, let slot):
                if case .failure = memory[Int(slot)] {
                    memory[Int(target)] = .bool(false)
                } else {
                    memory[Int(target)] = .bool(true)
                }
            case .field(let target, let operand, let name):
                memory[Int(target)] = withName(name) { Containers.field($0, of: memory[Int(operand)]) }
            case .hasField(let target, let operand, let name):
                memory[Int(target)] = withName(name) { Containers.hasField($0, of: memory[Int(operand)]) }
            case .call(let function, let target, let first, let count):
                memory[Int(target)] = call(Int(function), first: Int(first), count: Int(count), &budget)
                if budget.isSpent { return nil }
            case .emptyList(let target): memory[Int(target)] = .list([])
            case .append(let list, let element): append(memory[Int(element)], to: list)
            case .appendOrFail(let list, let element, let end):
                append(memory[Int(element)], to: list)
                if case .failure = memory[Int(list)] { position = Int(end) }
            case .makeMap(let target, let keys, let values):
                memory[Int(target)] = map(memory[Int(keys)], memory[Int(values)], &budget)
                if budget.isSpent { return nil }
            case .iterate(let target, let list, let end):
                if !iterate(target, list: Int(list)) { position = Int(end) }
            case .next(let list, let two, let end):
                // The length of the loop's body bounds what one round runs, inner loops apart.
                budget.spend(max(1, Int(end) - position))
                if budget.isSpent { return nil }
                if !next(list: Int(list), two: two) { position = Int(end) }
            case .countIf(let count, let condition, let end):
                if !countIf(Int(count), memory[Int(condition)]) { position = Int(end) }
            case .appendEntries(let keys, let entries, let end):
                if !appendEntries(of: memory[Int(entries)], to: Int(keys), &budget) { position = Int(end) }
                if budget.isSpent { return nil }
            case .finish(let place): return place
            }
        }
    }

    /// Puts an operand of `&&` or `||` to those before it; true where that decides.
    private func join(_ value: Value, to target: Int, _ comparison: Comparison) -> Bool {
        if comparison.isFirst {
            memory[target] = value
        } else {
            memory[target] = Self.joined(memory[target], value, decisive: comparison.decisive)
        }
        if case .bool(comparison.decisive) = memory[target] { return true }
        return false
    }

    private func withName(_ place: Place, _ body: (String) -> Value) -> Value {
        guard case .string(let name) = memory[Int(place)] else { return .noSuchOverload }
        return body(name)
    }

    /// `&&` where false is decisive, `||` where true is; what is no bool counts as a failure.
    private func combine(_ target: Place, _ left: Place, _ right: Place, decisive: Bool) {
        memory[Int(target)] = Self.joined(memory[Int(left)], memory[Int(right)], decisive: decisive)
    }

    private static func joined(_ left: Value, _ right: Value, decisive: Bool) -> Value {
        if case .bool(decisive) = left { return left }
        if case .bool(decisive) = right { return right }
        if case .bool = left, case .bool = right { return left }
        if case .failure = left { return left }
        if case .failure = right { return right }
        return .noSuchOverload
    }

    private func isMember(_ element: Value, of set: Int, _ budget: inout Budget) -> Value {
        if case .failure = element { return element }
        if case .string(let text) = element { budget.spend(bytes: text.utf8.count) }
        return .bool(MapKey(element).map { program.sets[set].contains($0) } ?? false)
    }

    private func match(_ value: Value, _ pattern: Pattern, _ budget: inout Budget) -> Value {
        switch value {
        case .string(let text): .bool(matcher.matches(pattern, in: text, budget: &budget))
        case .failure: value
        default: .noSuchOverload
        }
    }

    private func call(_ function: Int, first: Int, count: Int, _ budget: inout Budget) -> Value {
        let arguments = Arguments(start: memory + first, count: count)
        for argument in arguments {
            if case .failure = argument { return argument }
        }
        return program.functions[function](arguments, &budget)
    }
}
