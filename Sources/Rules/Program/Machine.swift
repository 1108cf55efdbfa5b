/// Runs a program's expressions over one memory. Owned by one thread.
final class Machine {
    let program: Program
    private let memory: UnsafeMutablePointer<Value>
    var budget = Budget()
    var matcher = PatternMatcher()

    init(_ program: Program) {
        self.program = program
        memory = .allocate(capacity: program.memoryCount)
        memory.initialize(repeating: .failure(.absent), count: Int(program.firstConstant))
        for (offset, constant) in program.constants.enumerated() {
            (memory + Int(program.firstConstant) + offset).initialize(to: constant)
        }
    }

    deinit {
        memory.deinitialize(count: program.memoryCount)
        memory.deallocate()
    }

    /// Lends the memory to the instructions in other files.
    func withMemory<Result>(_ body: (UnsafeMutablePointer<Value>) -> Result) -> Result { body(memory) }

    /// Gives a fact its value for the evaluations to come.
    func setFact(_ slot: Int, to value: Value) {
        memory[slot] = value
    }

    /// Evaluates the expression that starts at a position.
    ///
    /// - Complexity: bounded by `budget`, whatever the expression.
    func run(at start: Int, budget units: Int = Budget.standard) -> Value {
        budget = Budget(units)
        return program.code.withUnsafeBufferPointer { code in execute(code, from: start) }
    }

    private func execute(_ code: UnsafeBufferPointer<Instruction>, from start: Int) -> Value {
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
                memory[Int(target)] = Self.combine(memory[Int(left)], memory[Int(right)], decisive: false)
            case .or(let target, let left, let right):
                memory[Int(target)] = Self.combine(memory[Int(left)], memory[Int(right)], decisive: true)
            case .not(let target, let operand):
                switch memory[Int(operand)] {
                case .bool(let value): memory[Int(target)] = .bool(!value)
                case .failure(let failure): memory[Int(target)] = .failure(failure)
                default: memory[Int(target)] = .noSuchOverload
                }
            case .negate(let target, let operand): memory[Int(target)] = Arithmetic.negate(memory[Int(operand)])
            case .binary(let binary, let target, let left, let right):
                memory[Int(target)] = binary.apply(memory[Int(left)], memory[Int(right)], &budget)
                if budget.isSpent { return .failure(.costExceeded) }
            case .inSet(let target, let element, let set):
                memory[Int(target)] = isMember(memory[Int(element)], of: program.sets[Int(set)])
            case .match(let target, let text, let pattern):
                memory[Int(target)] = match(memory[Int(text)], program.patterns[Int(pattern)])
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
                memory[Int(target)] = call(Int(function), first: Int(first), count: Int(count))
                if budget.isSpent { return .failure(.costExceeded) }
            case .emptyList(let target): memory[Int(target)] = .list([])
            case .append(let list, let element): append(memory[Int(element)], to: list)
            case .appendOrFail(let list, let element, let end):
                append(memory[Int(element)], to: list)
                if case .failure = memory[Int(list)] { position = Int(end) }
            case .makeMap(let target, let keys, let values):
                memory[Int(target)] = map(memory[Int(keys)], memory[Int(values)])
                if budget.isSpent { return .failure(.costExceeded) }
            case .iterate(let target, let list, let end):
                if !iterate(target, list: Int(list)) { position = Int(end) }
            case .next(let list, let two, let end):
                budget.spend()
                if budget.isSpent { return .failure(.costExceeded) }
                if !next(list: Int(list), two: two) { position = Int(end) }
            case .countIf(let count, let condition, let end):
                if !countIf(Int(count), memory[Int(condition)]) { position = Int(end) }
            case .appendEntries(let keys, let entries, let end):
                if !appendEntries(of: memory[Int(entries)], to: Int(keys)) { position = Int(end) }
                if budget.isSpent { return .failure(.costExceeded) }
            case .finish(let place): return memory[Int(place)]
            }
        }
    }

    /// `&&` where false is decisive, `||` where true is; what is no bool counts as a failure.
    private static func combine(_ left: Value, _ right: Value, decisive: Bool) -> Value {
        if case .bool(let left) = left, case .bool(let right) = right {
            return .bool(left == decisive || right == decisive ? decisive : !decisive)
        }
        if case .bool(decisive) = left { return left }
        if case .bool(decisive) = right { return right }
        if case .failure = left { return left }
        if case .failure = right { return right }
        return .noSuchOverload
    }

    private func isMember(_ element: Value, of set: Set<MapKey>) -> Value {
        if case .failure = element { return element }
        return .bool(MapKey(element).map { set.contains($0) } ?? false)
    }

    private func match(_ value: Value, _ pattern: Pattern) -> Value {
        switch value {
        case .string(let text): .bool(matcher.matches(pattern, in: text, budget: &budget))
        case .failure: value
        default: .noSuchOverload
        }
    }

    private func call(_ function: Int, first: Int, count: Int) -> Value {
        let arguments = Arguments(start: memory + first, count: count)
        for argument in arguments {
            if case .failure = argument { return argument }
        }
        return program.functions[function](arguments, &budget)
    }
}
