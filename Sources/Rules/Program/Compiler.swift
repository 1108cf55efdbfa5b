/// Turns syntax trees into instructions, all into one program.
struct Compiler {
    let names: NameTable
    private(set) var program: Program
    private var nextRegister: Place
    private var locals: [(name: String, place: Place)] = []

    init(names: NameTable) {
        self.names = names
        program = Program(factNames: names.factNames)
        nextRegister = program.firstRegister
    }

    /// Compiles one expression.
    ///
    /// - Returns: where its instructions, which end in `finish`, start.
    mutating func add(_ expression: Expression) throws(ExpressionFault) -> CompiledExpression {
        let start = program.beginExpression()
        nextRegister = program.firstRegister
        let target = try allocate(1, for: expression)
        program.emit(.finish(try compile(expression, into: target)))
        return program.expression(startedAt: start)
    }

    // MARK: Places

    mutating func allocate(_ count: Int, for expression: Expression) throws(ExpressionFault) -> Place {
        let first = nextRegister
        nextRegister += Place(count)
        guard nextRegister <= program.firstConstant else {
            throw ExpressionFault("the expression holds too many values at once", at: expression.focus)
        }
        return first
    }

    /// Compiles so that the value ends up in `target` itself.
    mutating func place(_ expression: Expression, into target: Place) throws(ExpressionFault) {
        let found = try compile(expression, into: target)
        if found != target { program.emit(.move(target, from: found)) }
    }

    /// Compiles into a register of its own, or gives the place the value has anyway.
    mutating func operand(_ expression: Expression) throws(ExpressionFault) -> Place {
        try compile(expression, into: try allocate(1, for: expression))
    }

    mutating func scoped<Result>(
        _ body: (inout Compiler) throws(ExpressionFault) -> Result
    ) throws(ExpressionFault) -> Result {
        let mark = nextRegister
        defer { nextRegister = mark }
        return try body(&self)
    }

    mutating func emit(_ instruction: Instruction) { program.emit(instruction) }

    /// Emits a jump to be patched and gives its position.
    mutating func emitHole() -> Int32 {
        program.emit(.jump(0))
        return program.here - 1
    }

    mutating func patch(_ hole: Int32, _ instruction: Instruction) { program.patch(hole, instruction) }

    var here: Int32 { program.here }

    mutating func constant(_ value: Value) -> Place { program.constant(value) }

    /// The value at a place known while compiling.
    func value(at place: Place) -> Value? { program.constantValue(at: place) }

    mutating func removeCode(from position: Int32) { program.removeCode(from: position) }

    mutating func addSet(ofListAt place: Place) -> Int32? { program.set(ofListAt: place) }

    mutating func addPattern(_ pattern: Pattern) -> Int32 { program.pattern(pattern) }

    mutating func addFunction(_ name: Signature.Name) -> UInt16? { program.function(name) }

    var localNames: [String] { locals.map(\.name) }

    mutating func bind(_ name: String, to place: Place) { locals.append((name, place)) }

    mutating func unbind(_ count: Int) { locals.removeLast(count) }

    // MARK: Expressions

    /// Compiles an expression.
    ///
    /// - Returns: the place of its value: `target`, or where it stands already.
    mutating func compile(_ expression: Expression, into target: Place) throws(ExpressionFault) -> Place {
        switch expression.kind {
        case .literal(let value): return program.constant(value)
        case .name, .select: return try nameOrField(expression, into: target)
        case .call(let function, let receiver, let arguments):
            if function == "@grouped", let inner = arguments.first { return try compile(inner, into: target) }
            return try call(function, receiver, arguments, at: expression, into: target)
        case .logical(let symbol, let operands): return try logical(symbol, operands, into: target)
        case .conditional(let condition, let then, let otherwise):
            return try conditional(condition, then, otherwise, into: target)
        case .list(let elements): return try list(elements, into: target)
        case .map(let entries): return try map(entries, into: target)
        case .comprehension(let comprehension):
            try self.comprehension(comprehension, at: expression, into: target)
            return target
        }
    }

    private mutating func nameOrField(_ expression: Expression, into target: Place) throws(ExpressionFault) -> Place {
        if case .select(let operand, let field, true) = expression.kind {
            if let (name, isAbsolute) = operand.qualifiedName,
                let found = entry(name + "." + field, isAbsolute: isAbsolute)
            {
                guard case .fact(let slot, _) = found.entry else { return program.constant(.bool(true)) }
                program.emit(.present(target, program.fact(slot)))
                return target
            }
            let place = try compile(operand, into: target)
            program.emit(.hasField(target, place, name: program.constant(.string(field))))
            return target
        }
        if let (name, isAbsolute) = expression.qualifiedName, let found = entry(name, isAbsolute: isAbsolute) {
            switch found.entry {
            case .fact(let slot, _): return program.fact(slot)
            case .constant(let value, _): return program.constant(value, named: found.name)
            }
        }
        switch expression.kind {
        case .select(let operand, let field, _):
            let place = try compile(operand, into: target)
            program.emit(.field(target, place, name: program.constant(.string(field))))
            return target
        case .name(let name, let isAbsolute):
            if !isAbsolute, let local = locals.last(where: { $0.name == name }) { return local.place }
            return program.constant(.failure(Failure(.unknownName, "undeclared reference to '\(name)'")))
        default:
            return program.constant(.failure(.noSuchOverload))
        }
    }

    /// The declared name a dotted name means, unless a macro's variable hides it.
    private func entry(_ name: String, isAbsolute: Bool) -> (name: String, entry: NameTable.Entry)? {
        let root = name.prefix { $0 != "." }
        if !isAbsolute, locals.contains(where: { $0.name == root }) { return nil }
        return names.lookUp(name, isAbsolute: isAbsolute)
    }

    /// The cheapest operand first: the operators are commutative, so whatever decides early spares the dearer ones.
    private mutating func logical(
        _ symbol: Expression.LogicalOperator, _ operands: [Expression], into target: Place
    ) throws(ExpressionFault) -> Place {
        var holes: [(position: Int32, make: (Int32) -> Instruction)] = []
        let decisive = symbol == .or
        func jump(_ end: Int32) -> Instruction { .jumpIf(target, decisive, to: end) }
        let ordered = operands.enumerated().sorted { left, right in
            (left.element.effort, left.offset) < (right.element.effort, right.offset)
        }
        for (number, (_, operand)) in ordered.enumerated() {
            let isFirst = number == 0
            try scoped { compiler throws(ExpressionFault) in
                let place = isFirst ? try compiler.compile(operand, into: target) : try compiler.operand(operand)
                if let (binary, left, right) = compiler.program.lastComparison(of: operand, into: place) {
                    // One step instead of three: compare, join, jump.
                    let comparison = Comparison(binary: binary, decisive: decisive, isFirst: isFirst)
                    holes.append((compiler.here - 1, { .compare(comparison, target, left, right, end: $0) }))
                    return
                }
                if !isFirst {
                    compiler.emit(decisive ? .or(target, target, place) : .and(target, target, place))
                } else if place != target {
                    compiler.emit(.move(target, from: place))
                }
                if number < ordered.count - 1 { holes.append((compiler.emitHole(), jump)) }
            }
        }
        for hole in holes { patch(hole.position, hole.make(here)) }
        return target
    }

    private mutating func conditional(
        _ condition: Expression, _ then: Expression, _ otherwise: Expression, into target: Place
    ) throws(ExpressionFault) -> Place {
        try place(condition, into: target)
        let branch = emitHole()
        try place(then, into: target)
        let jump = emitHole()
        let start = here
        try place(otherwise, into: target)
        patch(branch, .branch(target, otherwise: start, end: here))
        patch(jump, .jump(here))
        return target
    }
}
