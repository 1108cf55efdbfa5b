extension Functions {
    /// Methods of lists.
    ///
    /// - Source: cel-go `ext/README.md`, "Lists".
    static let lists: [(String, Implementation)] = [
        ("slice", slice), ("flatten", flatten), ("sort", sort), ("distinct", distinct),
    ]

    /// - Source: cel-go `ext/README.md`, "Lists" and "Sets".
    static let listFunctions: [(String, Implementation)] = [
        ("lists.range", range), ("sets.contains", sets { $0.allSatisfy { $0 } }),
        ("sets.intersects", sets { $0.contains { $0 } }), ("sets.equivalent", equivalent),
    ]

    private static let slice: Implementation = { arguments, budget in
        guard arguments.count == 3, case .list(let elements) = arguments[0], case .int(let start) = arguments[1],
            case .int(let end) = arguments[2]
        else { return .noSuchOverload }
        guard start >= 0, start <= end, end <= elements.count else {
            return .invalid("cannot slice from \(start) to \(end) a list of \(elements.count)")
        }
        budget.spend(Int(end - start))
        return .list(Array(elements[Int(start)..<Int(end)]))
    }

    /// One level, or as many as the argument says.
    private static let flatten: Implementation = { arguments, budget in
        guard (1...2).contains(arguments.count), case .list(let elements) = arguments[0] else { return .noSuchOverload }
        var depth: Int64 = 1
        if arguments.count == 2 {
            guard case .int(let given) = arguments[1] else { return .noSuchOverload }
            guard given >= 0 else { return .invalid("a depth is zero or more, found \(given)") }
            depth = given
        }
        var flat: [Value] = []
        append(elements, to: &flat, depth: depth, &budget)
        return budget.isSpent ? .failure(.costExceeded) : .list(flat)
    }

    /// Lists nest no deeper than expressions do, so this ends.
    private static func append(_ elements: [Value], to flat: inout [Value], depth: Int64, _ budget: inout Budget) {
        for element in elements {
            budget.spend()
            if budget.isSpent { return }
            if depth > 0, case .list(let inner) = element {
                append(inner, to: &flat, depth: depth - 1, &budget)
            } else {
                flat.append(element)
            }
        }
    }

    /// Elements of one type that `<` is defined for, in ascending order; equal ones stay in theirs.
    private static let sort: Implementation = { arguments, budget in
        guard arguments.count == 1, case .list(var elements) = arguments[0] else { return .noSuchOverload }
        guard let first = elements.first else { return arguments[0] }
        for element in elements {
            budget.spend(1 + elements.count.bitWidth - elements.count.leadingZeroBitCount)
            if budget.isSpent { return .failure(.costExceeded) }
            guard element.type == first.type, Value.order(element, first, &budget) != nil else {
                return .invalid("only elements of one comparable type can be sorted")
            }
        }
        var spent = budget
        elements.sort { Value.order($0, $1, &spent) == .less }
        budget = spent
        return budget.isSpent ? .failure(.costExceeded) : .list(elements)
    }

    /// The first of each group of equal elements.
    private static let distinct: Implementation = { arguments, budget in
        guard arguments.count == 1, case .list(let elements) = arguments[0] else { return .noSuchOverload }
        var seen: Set<MapKey> = []
        var others: [Value] = []
        var result: [Value] = []
        for element in elements {
            budget.spend()
            if budget.isSpent { return .failure(.costExceeded) }
            if let key = MapKey(element) {
                guard seen.insert(key).inserted else { continue }
            } else {
                guard Containers.contains(element, in: .list(others), &budget).isFalse else { continue }
                others.append(element)
            }
            result.append(element)
        }
        return .list(result)
    }

    private static let range: Implementation = { arguments, budget in
        guard arguments.count == 1, case .int(let count) = arguments[0] else { return .noSuchOverload }
        guard count >= 0 else { return .invalid("a range has zero or more elements, found \(count)") }
        budget.spend(Int(count))
        if budget.isSpent { return .failure(.costExceeded) }
        return .list((0..<count).map { .int($0) })
    }

    /// What `accept` makes of whether each element of the second list is in the first.
    private static func sets(_ accept: @escaping @Sendable ([Bool]) -> Bool) -> Implementation {
        { arguments, budget in
            guard arguments.count == 2, case .list = arguments[0], case .list(let wanted) = arguments[1] else {
                return .noSuchOverload
            }
            var found: [Bool] = []
            for element in wanted {
                guard case .bool(let isFound) = Containers.contains(element, in: arguments[0], &budget) else {
                    return .failure(.costExceeded)
                }
                found.append(isFound)
            }
            return .bool(accept(found))
        }
    }

    private static let equivalent: Implementation = { arguments, budget in
        guard arguments.count == 2, case .list(let left) = arguments[0], case .list(let right) = arguments[1] else {
            return .noSuchOverload
        }
        for (elements, others) in [(left, arguments[1]), (right, arguments[0])] {
            for element in elements {
                guard case .bool(let isFound) = Containers.contains(element, in: others, &budget) else {
                    return .failure(.costExceeded)
                }
                if !isFound { return .bool(false) }
            }
        }
        return .bool(true)
    }
}

extension Value {
    fileprivate var isFalse: Bool {
        if case .bool(false) = self { true } else { false }
    }
}
