internal import Transactions

/// How two values compare.
enum Ordering: Sendable {
    case less
    case equal
    case greater
    /// A NaN is involved.
    case unordered
}

extension Value {
    /// The order of two values that `<` is defined for, or nil for all others.
    static func order(_ left: Value, _ right: Value, _ budget: inout Budget) -> Ordering? {
        switch (left, right) {
        case (.bool(let left), .bool(let right)):
            return order(left ? 1 : 0, right ? 1 : 0)
        case (.string(let left), .string(let right)):
            budget.spend(bytes: min(left.utf8.count, right.utf8.count))
            return order(Text.order(left, right), 0)
        case (.bytes(let left), .bytes(let right)):
            budget.spend(bytes: min(left.count, right.count))
            let result = left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { Text.order(left, $0) }
            }
            return order(result, 0)
        case (.timestamp(let left), .timestamp(let right)): return order(left, right)
        case (.duration(let left), .duration(let right)): return order(left, right)
        default: return order(numbers: left, right)
        }
    }

    /// The order of two numbers of any types, or nil where one is no number. An integer meets a double as a double.
    static func order(numbers left: Value, _ right: Value) -> Ordering? {
        switch (left, right) {
        case (.int(let left), .int(let right)): order(left, right)
        case (.uint(let left), .uint(let right)): order(left, right)
        case (.double(let left), .double(let right)): order(left, right)
        case (.int(let left), .uint(let right)): left < 0 ? .less : order(UInt64(left), right)
        case (.uint(let left), .int(let right)): right < 0 ? .greater : order(left, UInt64(right))
        case (.int(let left), .double(let right)): order(Double(left), right)
        case (.double(let left), .int(let right)): order(left, Double(right))
        case (.uint(let left), .double(let right)): order(Double(left), right)
        case (.double(let left), .uint(let right)): order(left, Double(right))
        default: nil
        }
    }

    private static func order<T: Comparable>(_ left: T, _ right: T) -> Ordering {
        if left < right { return .less }
        if left > right { return .greater }
        return left == right ? .equal : .unordered
    }
}
