/// Reading lists and maps.
enum Containers {
    static func contains(_ element: Value, in container: Value, _ budget: inout Budget) -> Value {
        switch container {
        case .list(let elements):
            for candidate in elements {
                budget.spend()
                if budget.isSpent { return .failure(.costExceeded) }
                if Value.equal(element, candidate, &budget) { return .bool(true) }
            }
            return .bool(false)
        case .map(let map):
            if case .string(let text) = element { budget.spend(bytes: text.utf8.count) }
            return .bool(map[element] != nil)
        default: return .noSuchOverload
        }
    }

    static func element(of container: Value, at index: Value, _ budget: inout Budget) -> Value {
        switch container {
        case .list(let elements):
            let position: Int?
            switch index {
            case .int(let value): position = Int(exactly: value)
            case .uint(let value): position = Int(exactly: value)
            case .double(let value): position = Int(exactly: value)
            default: return .invalid("invalid_argument: a list is indexed by an int")
            }
            guard let position, elements.indices.contains(position) else {
                return .failure(Failure(.indexOutOfRange, "invalid_argument: index out of bounds"))
            }
            return elements[position]
        case .map(let map):
            if case .string(let text) = index { budget.spend(bytes: text.utf8.count) }
            return map[index] ?? .failure(Failure(.noSuchKey, "no such key"))
        default: return .noSuchOverload
        }
    }

    static func field(_ name: String, of container: Value) -> Value {
        switch container {
        case .map(let map): map[.string(name)] ?? .failure(Failure(.noSuchKey, "no such key: '\(name)'"))
        case .failure: container
        default: .noSuchOverload
        }
    }

    static func hasField(_ name: String, of container: Value) -> Value {
        switch container {
        case .map(let map): .bool(map[.string(name)] != nil)
        case .failure: container
        default: .noSuchOverload
        }
    }
}
