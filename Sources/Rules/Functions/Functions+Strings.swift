extension Functions {
    static let strings: [(String, Implementation)] = [
        ("charAt", charAt), ("indexOf", indexOf), ("lastIndexOf", lastIndexOf), ("substring", substring),
        ("lowerAscii", mapping { ("A"..."Z").contains($0) ? Unicode.Scalar($0.value + 32) : $0 }),
        ("upperAscii", mapping { ("a"..."z").contains($0) ? Unicode.Scalar($0.value - 32) : $0 }),
        ("replace", replace), ("split", split), ("join", join), ("trim", trim), ("reverse", reverse),
        ("format", format),
    ]

    private static func outOfBounds(_ index: Int64) -> Value { .outOfRange("index out of range: \(index)") }

    /// The receiver's code points, its length charged.
    private static func scalars(_ arguments: Arguments, _ budget: inout Budget) -> [Unicode.Scalar]? {
        guard case .string(let text) = arguments.first else { return nil }
        budget.spend(bytes: text.utf8.count * 4)
        return Array(text.unicodeScalars)
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> Value {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return .string(String(view))
    }

    private static func mapping(_ body: @escaping @Sendable (Unicode.Scalar) -> Unicode.Scalar?) -> Implementation {
        { arguments, budget in
            guard arguments.count == 1, let scalars = scalars(arguments, &budget) else { return .noSuchOverload }
            return text(scalars.lazy.map { body($0) ?? $0 })
        }
    }

    private static let charAt: Implementation = { arguments, budget in
        guard arguments.count == 2, let scalars = scalars(arguments, &budget), case .int(let index) = arguments[1]
        else {
            return .noSuchOverload
        }
        guard index >= 0, index <= scalars.count else { return outOfBounds(index) }
        return text(scalars[Int(index)...].prefix(1))
    }

    private static let substring: Implementation = { arguments, budget in
        guard (2...3).contains(arguments.count), let scalars = scalars(arguments, &budget),
            case .int(let start) = arguments[1]
        else { return .noSuchOverload }
        var end = Int64(scalars.count)
        if arguments.count == 3 {
            guard case .int(let given) = arguments[2] else { return .noSuchOverload }
            end = given
        }
        guard start >= 0, start <= scalars.count else { return outOfBounds(start) }
        guard end >= 0, end <= scalars.count else { return outOfBounds(end) }
        guard start <= end else { return .outOfRange("invalid substring range. start: \(start), end: \(end)") }
        return text(scalars[Int(start)..<Int(end)])
    }

    /// The receiver, what to look for and where from; the offset is nil where it is not given.
    private static func search(
        _ arguments: Arguments, _ budget: inout Budget
    ) -> (text: [Unicode.Scalar], part: [Unicode.Scalar], offset: Int64?)? {
        guard (2...3).contains(arguments.count), let text = scalars(arguments, &budget),
            case .string(let part) = arguments[1]
        else { return nil }
        budget.spend(bytes: text.count * max(1, part.utf8.count / 8))
        guard arguments.count == 3 else { return (text, Array(part.unicodeScalars), nil) }
        guard case .int(let offset) = arguments[2] else { return nil }
        return (text, Array(part.unicodeScalars), offset)
    }

    private static func occurs(_ part: [Unicode.Scalar], in text: [Unicode.Scalar], at start: Int) -> Bool {
        start + part.count <= text.count && text[start..<start + part.count].elementsEqual(part)
    }

    private static let indexOf: Implementation = { arguments, budget in
        guard let (text, part, given) = search(arguments, &budget) else { return .noSuchOverload }
        let offset = given ?? 0
        guard offset >= 0, offset <= text.count else { return outOfBounds(offset) }
        if budget.isSpent { return .failure(.costExceeded) }
        let found = (Int(offset)...text.count).first { occurs(part, in: text, at: $0) }
        return .int(Int64(found ?? -1))
    }

    private static let lastIndexOf: Implementation = { arguments, budget in
        guard let (text, part, given) = search(arguments, &budget) else { return .noSuchOverload }
        let offset = given ?? Int64(text.count)
        guard offset >= 0, offset <= text.count else { return outOfBounds(offset) }
        if budget.isSpent { return .failure(.costExceeded) }
        let found = (0...Int(offset)).last { occurs(part, in: text, at: $0) }
        return .int(Int64(found ?? -1))
    }

    private static let trim: Implementation = { arguments, budget in
        guard arguments.count == 1, let scalars = scalars(arguments, &budget) else { return .noSuchOverload }
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return .string("") }
        return text(scalars[first...last])
    }

    /// Of a string's code points or of a list's elements.
    private static let reverse: Implementation = { arguments, budget in
        if arguments.count == 1, case .list(let elements) = arguments[0] {
            budget.spend(elements.count)
            return .list(elements.reversed())
        }
        guard arguments.count == 1, let scalars = scalars(arguments, &budget) else { return .noSuchOverload }
        return text(scalars.reversed())
    }
}
