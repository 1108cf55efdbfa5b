extension Compiler {
    mutating func list(_ elements: [Expression], into target: Place) throws(ExpressionFault) -> Place {
        let start = here
        emit(.emptyList(target))
        var values: [Value] = []
        for element in elements {
            try scoped { compiler throws(ExpressionFault) in
                let place = try compiler.operand(element)
                if let value = compiler.value(at: place), !value.isFailure { values.append(value) }
                compiler.emit(.append(target, place))
            }
        }
        guard values.count == elements.count else { return target }
        removeCode(from: start)
        return constant(.list(values))
    }

    mutating func map(
        _ entries: [(key: Expression, value: Expression)], into target: Place
    ) throws(ExpressionFault) -> Place {
        let start = here
        return try scoped { compiler throws(ExpressionFault) in
            guard let first = entries.first else { return compiler.constant(.map(.empty)) }
            let lists = try compiler.allocate(2, for: first.key)
            let keys = try compiler.list(entries.map(\.key), into: lists)
            let values = try compiler.list(entries.map(\.value), into: lists + 1)
            if case .list(let keyList) = compiler.value(at: keys),
                case .list(let valueList) = compiler.value(at: values),
                case .success(let map) = ValueMap.make(keys: keyList, values: valueList)
            {
                compiler.removeCode(from: start)
                return compiler.constant(.map(map))
            }
            compiler.emit(.makeMap(target, keys: keys, values: values))
            return target
        }
    }

    mutating func comprehension(
        _ comprehension: Comprehension, at expression: Expression, into target: Place
    ) throws(ExpressionFault) {
        guard comprehension.form != .bind else { return try bind(comprehension, into: target) }
        try scoped { compiler throws(ExpressionFault) in
            let list = try compiler.allocate(5, for: expression)
            try compiler.place(comprehension.range, into: list)
            let iterate = compiler.emitHole()
            // Keys and values of a map under construction.
            let parts = try compiler.allocate(2, for: expression)
            compiler.begin(comprehension.form, target: target, parts: parts)
            let loop = compiler.here
            let next = compiler.emitHole()
            compiler.bind(comprehension.variable, to: list + 3)
            if let second = comprehension.second { compiler.bind(second, to: list + 4) }
            let failing = try compiler.body(comprehension, target: target, parts: parts, element: list + 3, loop: loop)
            compiler.unbind(comprehension.second == nil ? 1 : 2)
            compiler.emit(.jump(loop))
            let done = compiler.here
            compiler.finish(comprehension.form, target: target, parts: parts)
            let skip = compiler.emitHole()
            var jumps = [skip]
            for (hole, place, make) in failing where place != target {
                compiler.patch(hole, make(compiler.here))
                compiler.emit(.move(target, from: place))
                jumps.append(compiler.emitHole())
            }
            for (hole, place, make) in failing where place == target { compiler.patch(hole, make(compiler.here)) }
            for jump in jumps { compiler.patch(jump, .jump(compiler.here)) }
            compiler.patch(iterate, .iterate(target, list: list, end: compiler.here))
            compiler.patch(next, .next(list: list, two: comprehension.second != nil, end: done))
        }
    }

    private mutating func bind(_ comprehension: Comprehension, into target: Place) throws(ExpressionFault) {
        try scoped { compiler throws(ExpressionFault) in
            let value = try compiler.allocate(1, for: comprehension.range)
            try compiler.place(comprehension.range, into: value)
            compiler.bind(comprehension.variable, to: value)
            try compiler.place(comprehension.body, into: target)
            compiler.unbind(1)
        }
    }

    private mutating func begin(_ form: Comprehension.Form, target: Place, parts: Place) {
        switch form {
        case .all: emit(.move(target, from: constant(.bool(true))))
        case .exists: emit(.move(target, from: constant(.bool(false))))
        case .existsOne: emit(.move(target, from: constant(.int(0))))
        case .map, .filter: emit(.emptyList(target))
        case .bind: break
        case .transformMap, .transformMapEntry:
            emit(.emptyList(parts))
            emit(.emptyList(parts + 1))
        }
    }

    private mutating func finish(_ form: Comprehension.Form, target: Place, parts: Place) {
        switch form {
        case .existsOne: emit(.binary(.equal, target, target, constant(.int(1))))
        case .transformMap, .transformMapEntry: emit(.makeMap(target, keys: parts, values: parts + 1))
        default: break
        }
    }

    /// A jump to be patched with where failures go, the place the failure is in, and the instruction it becomes.
    private typealias Exit = (hole: Int32, place: Place, make: (Int32) -> Instruction)

    /// One round of the loop.
    private mutating func body(
        _ comprehension: Comprehension, target: Place, parts: Place, element: Place, loop: Int32
    ) throws(ExpressionFault) -> [Exit] {
        try scoped { compiler throws(ExpressionFault) in
            var exits: [Exit] = []
            let condition = comprehension.form == .filter ? comprehension.body : comprehension.condition
            if let condition {
                let test = try compiler.allocate(1, for: condition)
                try compiler.place(condition, into: test)
                exits.append((compiler.emitHole(), test, { .branch(test, otherwise: loop, end: $0) }))
            }
            guard comprehension.form != .filter else {
                compiler.emit(.append(target, element))
                return exits
            }
            let value = try compiler.operand(comprehension.body)
            switch comprehension.form {
            case .all:
                compiler.emit(.and(target, target, value))
                exits.append((compiler.emitHole(), target, { .jumpIf(target, false, to: $0) }))
            case .exists:
                compiler.emit(.or(target, target, value))
                exits.append((compiler.emitHole(), target, { .jumpIf(target, true, to: $0) }))
            case .existsOne:
                exits.append((compiler.emitHole(), target, { .countIf(target, value, end: $0) }))
            case .map, .filter:
                exits.append((compiler.emitHole(), target, { .appendOrFail(target, value, end: $0) }))
            case .transformMap:
                compiler.emit(.append(parts, element))
                exits.append((compiler.emitHole(), parts + 1, { .appendOrFail(parts + 1, value, end: $0) }))
            case .bind: break
            case .transformMapEntry:
                exits.append((compiler.emitHole(), parts + 1, { .appendEntries(keys: parts, value, end: $0) }))
            }
            return exits
        }
    }
}
