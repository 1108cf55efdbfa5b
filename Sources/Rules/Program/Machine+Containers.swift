extension Machine {
    /// Appends in place; a failure takes the list's place, and stays.
    func append(_ element: Value, to list: Place) {
        withMemory { memory in
            if case .failure = element {
                if case .list = memory[Int(list)] { memory[Int(list)] = element }
                return
            }
            guard case .list(var elements) = memory[Int(list)] else { return }
            // The place lets go of the array first, or appending would copy it.
            memory[Int(list)] = .null
            elements.append(element)
            memory[Int(list)] = .list(elements)
        }
    }

    func map(_ keys: Value, _ values: Value, _ budget: inout Budget) -> Value {
        guard case .list(let keys) = keys else { return keys }
        guard case .list(let values) = values else { return values }
        budget.spend(keys.count * 4)
        switch ValueMap.make(keys: keys, values: values) {
        case .success(let map): return .map(map)
        case .failure(let failure): return .failure(failure)
        }
    }

    func iterate(_ target: Place, list: Int) -> Bool {
        withMemory { memory in
            memory[list + 2] = .int(0)
            switch memory[list] {
            case .list: memory[list + 1] = .null
            case .map(let map):
                memory[list + 1] = .map(map)
                memory[list] = .list(map.keys)
            case .failure(let failure):
                memory[Int(target)] = .failure(failure)
                return false
            default:
                memory[Int(target)] = .noSuchOverload
                return false
            }
            return true
        }
    }

    func next(list: Int, two: Bool) -> Bool {
        withMemory { memory in
            guard case .list(let elements) = memory[list], case .int(let position) = memory[list + 2],
                position < elements.count
            else { return false }
            let index = Int(position)
            memory[list + 2] = .int(position + 1)
            if !two {
                memory[list + 3] = elements[index]
            } else if case .map(let map) = memory[list + 1] {
                memory[list + 3] = elements[index]
                memory[list + 4] = map.values[index]
            } else {
                memory[list + 3] = .int(position)
                memory[list + 4] = elements[index]
            }
            return true
        }
    }

    func countIf(_ count: Int, _ condition: Value) -> Bool {
        withMemory { memory in
            switch condition {
            case .bool(let isTrue):
                if isTrue, case .int(let value) = memory[count] { memory[count] = .int(value + 1) }
                return true
            case .failure:
                memory[count] = condition
                return false
            default:
                memory[count] = .noSuchOverload
                return false
            }
        }
    }

    func appendEntries(of value: Value, to keys: Int, _ budget: inout Budget) -> Bool {
        guard case .map(let map) = value else {
            append(value.isFailure ? value : .noSuchOverload, to: Place(keys + 1))
            return false
        }
        budget.spend(map.count)
        for (key, value) in zip(map.keys, map.values) {
            append(key, to: Place(keys))
            append(value, to: Place(keys + 1))
        }
        return true
    }
}
