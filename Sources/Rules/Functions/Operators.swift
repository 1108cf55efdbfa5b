/// Operators and the common two-argument methods, which the machine applies without a call.
enum BinaryOperator: UInt8, Sendable {
    case add
    case subtract
    case multiply
    case divide
    case remainder
    case equal
    case notEqual
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual
    case contained
    case index
    case startsWith
    case endsWith
    case contains

    /// The operator a call means, or nil where it is an ordinary function.
    init?(function: String, isMember: Bool) {
        switch (function, isMember) {
        case ("_+_", false): self = .add
        case ("_-_", false): self = .subtract
        case ("_*_", false): self = .multiply
        case ("_/_", false): self = .divide
        case ("_%_", false): self = .remainder
        case ("_==_", false): self = .equal
        case ("_!=_", false): self = .notEqual
        case ("_<_", false): self = .less
        case ("_<=_", false): self = .lessOrEqual
        case ("_>_", false): self = .greater
        case ("_>=_", false): self = .greaterOrEqual
        case ("@in", false): self = .contained
        case ("_[_]", false): self = .index
        case ("startsWith", true): self = .startsWith
        case ("endsWith", true): self = .endsWith
        case ("contains", true): self = .contains
        default: return nil
        }
    }

    /// Applies the operator; a failure on either side is the result.
    func apply(_ left: Value, _ right: Value, _ budget: inout Budget) -> Value {
        if case .failure = left { return left }
        if case .failure = right { return right }
        switch self {
        case .add: return Arithmetic.add(left, right, &budget)
        case .subtract: return Arithmetic.subtract(left, right)
        case .multiply: return Arithmetic.multiply(left, right)
        case .divide: return Arithmetic.divide(left, right)
        case .remainder: return Arithmetic.remainder(left, right)
        case .equal: return .bool(Value.equal(left, right, &budget))
        case .notEqual: return .bool(!Value.equal(left, right, &budget))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return compare(left, right, &budget)
        case .contained: return Containers.contains(left, in: right, &budget)
        case .index: return Containers.element(of: left, at: right, &budget)
        case .startsWith, .endsWith, .contains: return search(left, right, &budget)
        }
    }

    /// The comparison of two numbers of one type, read where they stand; nil for all other values and operators.
    @inline(__always)
    func compare(numbers left: UnsafePointer<Value>, _ right: UnsafePointer<Value>) -> Bool? {
        if case .double(let left) = left.pointee, case .double(let right) = right.pointee {
            return compare(left, right)
        }
        if case .int(let left) = left.pointee, case .int(let right) = right.pointee { return compare(left, right) }
        return nil
    }

    /// The comparison of two numbers; nil for other operators.
    @inline(__always)
    func compare<Number: Comparable>(_ left: Number, _ right: Number) -> Bool? {
        switch self {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .equal: left == right
        case .notEqual: left != right
        default: nil
        }
    }

    private func compare(_ left: Value, _ right: Value, _ budget: inout Budget) -> Value {
        guard let order = Value.order(left, right, &budget) else { return .noSuchOverload }
        return .bool(accepts(order))
    }

    /// Whether a comparison holds for values in this order.
    func accepts(_ order: Ordering) -> Bool {
        switch self {
        case .less: order == .less
        case .lessOrEqual: order == .less || order == .equal
        case .greater: order == .greater
        case .greaterOrEqual: order == .greater || order == .equal
        case .equal: order == .equal
        case .notEqual: order != .equal
        default: false
        }
    }

    private func search(_ left: Value, _ right: Value, _ budget: inout Budget) -> Value {
        guard case .string(let text) = left, case .string(let part) = right else { return .noSuchOverload }
        budget.spend(bytes: self == .contains ? text.utf8.count * max(1, part.utf8.count / 8) : part.utf8.count)
        switch self {
        case .startsWith: return .bool(text.utf8.starts(with: part.utf8))
        case .endsWith: return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        default: return .bool(ByteSearch.first(of: part, in: text) != nil)
        }
    }
}
