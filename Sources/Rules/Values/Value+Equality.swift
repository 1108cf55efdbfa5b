internal import Transactions

extension Value {
    /// `==` of the language: numbers by value across their types, other types never equal across.
    ///
    /// - Complexity: the sum of both sizes, charged to the budget; a spent budget ends it with false.
    static func equal(_ left: Value, _ right: Value, _ budget: inout Budget) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)):
            budget.spend(bytes: left.utf8.count)
            return Text.equal(left, right)
        case (.bytes(let left), .bytes(let right)):
            budget.spend(bytes: left.count)
            return left == right
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.type(let left), .type(let right)): return left == right
        case (.list(let left), .list(let right)): return equal(left, right, &budget)
        case (.map(let left), .map(let right)): return equal(left, right, &budget)
        default: return order(numbers: left, right) == .equal
        }
    }

    private static func equal(_ left: [Value], _ right: [Value], _ budget: inout Budget) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) {
            budget.spend()
            if budget.isSpent || !equal(left, right, &budget) { return false }
        }
        return true
    }

    private static func equal(_ left: ValueMap, _ right: ValueMap, _ budget: inout Budget) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in zip(left.keys, left.values) {
            budget.spend()
            guard !budget.isSpent, let other = right[key], equal(value, other, &budget) else { return false }
        }
        return true
    }
}
