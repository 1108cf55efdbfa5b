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
                if budget.isSpent { return .failure(.costExceeded) }
            case .inSet(let target, let element, let set):
                memory[Int(target)] = isMember(memory[Int(element)], of: Int(set), &budget)
            case .match(let target, let text, let pattern):
                memory[Int(target)] = match(memory[Int(text)], program.patterns[Int(pattern)], &budget)
                if budget.isSpent { return .failure(.costExceeded) }
            case .present(let target, let slot):
                if case .failure = memory[Int(slot)] {
                    memory[Int(target)] = .bool(false)
                } else {
                    memory[Int(target)] = .bool(true)
                }
            case .field(let target, let operand, let name):
                guard case .string(let field) = memory[Int(name)] else { return .noSuchOverload }
                memory[Int(target)] = Containers.field(field, of: memory[Int(operand)])
            case .hasField(let target, let operand, let name):
                guard case .string(let field) = memory[Int(name)] else { return .noSuchOverload }
                memory[Int(target)] = Containers.hasField(field, of: memory[Int(operand)])
            case .call(let function, let target, let first, let count):
                memory[Int(target)] = call(Int(function), first: Int(first), count: Int(count), &budget)
                if budget.isSpent { return .failure(.costExceeded) }
            case .emptyList(let target): memory[Int(target)] = .list([])
            case .append(let list, let element): append(memory[Int(element)], to: list)
            case .appendOrFail(let list, let element, let end):
                append(memory[Int(element)], to: list)
                if case .failure = memory[Int(list)] { position = Int(end) }
            case .makeMap(let target, let keys, let values):
                memory[Int(target)] = map(memory[Int(keys)], memory[Int(values)], &budget)
                if budget.isSpent { return .failure(.costExceeded) }
            case .iterate(let target, let list, let end):
                if !iterate(target, list: Int(list)) { position = Int(end) }
            case .next(let list, let two, let end):
                // The length of the loop's body bounds what one round runs, inner loops apart.
                budget.spend(max(1, Int(end) - position))
                if budget.isSpent { return .failure(.costExceeded) }
                if !next(list: Int(list), two: two) { position = Int(end) }
            case .countIf(let count, let condition, let end):
                if !countIf(Int(count), memory[Int(condition)]) { position = Int(end) }
            case .appendEntries(let keys, let entries, let end):
                if !appendEntries(of: memory[Int(entries)], to: Int(keys), &budget) { position = Int(end) }
                if budget.isSpent { return .failure(.costExceeded) }
            case .finish(let place): return memory[Int(place)]
            }
        }
    }

    /// `&&` where false is decisive, `||` where true is; what is no bool counts as a failure.
    private func combine(_ target: Place, _ left: Place, _ right: Place, decisive: Bool) {
        if case .bool(let left) = memory[Int(left)], case .bool(let right) = memory[Int(right)] {
            memory[Int(target)] = .bool(left == decisive || right == decisive ? decisive : !decisive)
            return
        }
        memory[Int(target)] = Self.absorb(memory[Int(left)], memory[Int(right)], decisive: decisive)
    }

    private static func absorb(_ left: Value, _ right: Value, decisive: Bool) -> Value {
        if case .bool(decisive) = left { return left }
        if case .bool(decisive) = right { return right }
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
