/// `+ - * / %` and negation: integers fail on overflow, doubles follow IEEE 754.
enum Arithmetic {
    static func add(_ left: Value, _ right: Value, _ budget: inout Budget) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return checked(left.addingReportingOverflow(right), Value.int)
        case (.uint(let left), .uint(let right)): return checked(left.addingReportingOverflow(right), Value.uint)
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)):
            budget.spend(bytes: left.utf8.count + right.utf8.count)
            return budget.isSpent ? .failure(.costExceeded) : .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            budget.spend(bytes: left.count + right.count)
            return budget.isSpent ? .failure(.costExceeded) : .bytes(left + right)
        case (.list(let left), .list(let right)):
            budget.spend(left.count + right.count)
            return budget.isSpent ? .failure(.costExceeded) : .list(left + right)
        case (.timestamp(let time), .duration(let delta)), (.duration(let delta), .timestamp(let time)):
            return time.advanced(by: delta).map { .timestamp($0) } ?? .failure(.timestampRange)
        case (.duration(let left), .duration(let right)):
            return duration(left.addingReportingOverflow(right))
        default: return .noSuchOverload
        }
    }

    static func subtract(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return checked(left.subtractingReportingOverflow(right), Value.int)
        case (.uint(let left), .uint(let right)): return checked(left.subtractingReportingOverflow(right), Value.uint)
        case (.double(let left), .double(let right)): return .double(left - right)
        case (.timestamp(let left), .timestamp(let right)):
            return left.nanoseconds(since: right).map { .duration($0) } ?? .failure(.durationRange)
        case (.timestamp(let time), .duration(let delta)):
            guard delta != .min else { return .failure(.timestampRange) }
            return time.advanced(by: -delta).map { .timestamp($0) } ?? .failure(.timestampRange)
        case (.duration(let left), .duration(let right)):
            return duration(left.subtractingReportingOverflow(right))
        default: return .noSuchOverload
        }
    }

    static func multiply(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): checked(left.multipliedReportingOverflow(by: right), Value.int)
        case (.uint(let left), .uint(let right)): checked(left.multipliedReportingOverflow(by: right), Value.uint)
        case (.double(let left), .double(let right)): .double(left * right)
        default: .noSuchOverload
        }
    }

    static func divide(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            right == 0 ? .failure(.divideByZero) : checked(left.dividedReportingOverflow(by: right), Value.int)
        case (.uint(let left), .uint(let right)): right == 0 ? .failure(.divideByZero) : .uint(left / right)
        case (.double(let left), .double(let right)): .double(left / right)
        default: .noSuchOverload
        }
    }

    static func remainder(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            right == 0
                ? .failure(.modulusByZero) : checked(left.remainderReportingOverflow(dividingBy: right), Value.int)
        case (.uint(let left), .uint(let right)): right == 0 ? .failure(.modulusByZero) : .uint(left % right)
        default: .noSuchOverload
        }
    }

    static func negate(_ value: Value) -> Value {
        switch value {
        case .int(let value): checked(Int64(0).subtractingReportingOverflow(value), Value.int)
        case .double(let value): .double(-value)
        case .failure: value
        default: .noSuchOverload
        }
    }

    private static func checked<T>(_ result: (partialValue: T, overflow: Bool), _ make: (T) -> Value) -> Value {
        result.overflow ? .failure(.overflow) : make(result.partialValue)
    }

    private static func duration(_ result: (partialValue: Int64, overflow: Bool)) -> Value {
        result.overflow ? .failure(.durationRange) : .duration(result.partialValue)
    }
}
