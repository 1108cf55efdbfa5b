extension Functions {
    static let mathematics: [(String, Implementation)] = [
        ("math.greatest", extremum(.greater)), ("math.least", extremum(.less)),
        ("math.ceil", rounding { $0.rounded(.up) }), ("math.floor", rounding { $0.rounded(.down) }),
        ("math.round", rounding { $0.rounded(.toNearestOrAwayFromZero) }),
        ("math.trunc", rounding { $0.rounded(.towardZero) }), ("math.sqrt", unary(squareRoot)),
        ("math.isNaN", test { $0.isNaN }), ("math.isInf", test { $0.isInfinite }),
        ("math.isFinite", test { $0.isFinite }),
        ("math.abs", unary(absolute)), ("math.sign", unary(sign)), ("math.bitNot", unary(bitNot)),
        ("math.bitAnd", bitwise({ $0 & $1 })), ("math.bitOr", bitwise({ $0 | $1 })),
        ("math.bitXor", bitwise({ $0 ^ $1 })), ("math.bitShiftLeft", shift { $0 << $1 }),
        ("math.bitShiftRight", shift { $0 >> $1 }),
    ]

    /// The first of the numbers, or of one list's numbers, that none of the others exceeds in this direction.
    private static func extremum(_ direction: Ordering) -> Implementation {
        { arguments, budget in
            var numbers = Array(arguments)
            if numbers.count == 1, case .list(let elements) = numbers[0] { numbers = elements }
            budget.spend(numbers.count)
            guard var best = numbers.first else { return .invalid("a list here needs at least one number") }
            guard Value.order(numbers: best, .int(0)) != nil else { return .noSuchOverload }
            for number in numbers.dropFirst() {
                guard let order = Value.order(numbers: number, best) else { return .noSuchOverload }
                if order == direction { best = number }
            }
            return best
        }
    }

    private static func rounding(_ body: @escaping @Sendable (Double) -> Double) -> Implementation {
        unary { value in
            guard case .double(let number) = value else { return .noSuchOverload }
            return .double(body(number))
        }
    }

    private static func test(_ body: @escaping @Sendable (Double) -> Bool) -> Implementation {
        unary { value in
            guard case .double(let number) = value else { return .noSuchOverload }
            return .bool(body(number))
        }
    }

    private static func squareRoot(_ value: Value) -> Value {
        switch value {
        case .double(let number): .double(number.squareRoot())
        case .int(let number): .double(Double(number).squareRoot())
        case .uint(let number): .double(Double(number).squareRoot())
        default: .noSuchOverload
        }
    }

    private static func absolute(_ value: Value) -> Value {
        switch value {
        case .int(let number): number == .min ? .failure(.overflow) : .int(abs(number))
        case .uint: value
        case .double(let number): .double(abs(number))
        default: .noSuchOverload
        }
    }

    private static func sign(_ value: Value) -> Value {
        switch value {
        case .int(let number): .int(number.signum())
        case .uint(let number): .uint(number == 0 ? 0 : 1)
        case .double(let number): .double(number.isNaN || number == 0 ? number : number < 0 ? -1 : 1)
        default: .noSuchOverload
        }
    }

    private static func bitNot(_ value: Value) -> Value {
        switch value {
        case .int(let number): .int(~number)
        case .uint(let number): .uint(~number)
        default: .noSuchOverload
        }
    }

    private static func bitwise(_ body: @escaping @Sendable (UInt64, UInt64) -> UInt64) -> Implementation {
        { arguments, _ in
            guard arguments.count == 2 else { return .noSuchOverload }
            switch (arguments[0], arguments[1]) {
            case (.int(let left), .int(let right)):
                return .int(Int64(bitPattern: body(UInt64(bitPattern: left), UInt64(bitPattern: right))))
            case (.uint(let left), .uint(let right)): return .uint(body(left, right))
            default: return .noSuchOverload
            }
        }
    }

    /// Shifts of the bits without regard to sign; shifting all of them out leaves zero.
    private static func shift(_ body: @escaping @Sendable (UInt64, Int64) -> UInt64) -> Implementation {
        { arguments, _ in
            guard arguments.count == 2, case .int(let count) = arguments[1] else { return .noSuchOverload }
            guard count >= 0 else { return .invalid("a shift is by zero or more bits, found \(count)") }
            switch arguments[0] {
            case .int(let number): return .int(Int64(bitPattern: body(UInt64(bitPattern: number), min(count, 64))))
            case .uint(let number): return .uint(body(number, min(count, 64)))
            default: return .noSuchOverload
            }
        }
    }
}
