public import Transactions

/// A value the host gives rules beyond the transaction itself, such as `velocity.card_1h` or `entity.terminal.fraud_share_7d`.
public struct RuleFact: Hashable, Sendable {
    public let name: String
    public let type: RuleFactType

    /// - Parameter name: dotted; the first part is the group's name.
    public init(_ name: String, _ type: RuleFactType) {
        self.name = name
        self.type = type
    }
}

/// The type conditions see a fact as.
public enum RuleFactType: Hashable, Sendable {
    case bool
    case int
    case double
    case string
    case timestamp
    case duration

    var staticType: StaticType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string: .string
        case .timestamp: .timestamp
        case .duration: .duration
        }
    }
}

/// A fact's value for one transaction.
public enum RuleFactValue: Hashable, Sendable {
    /// Not known for this transaction: `has()` is false, and a condition that reads it does not match.
    case absent
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case timestamp(EventTime)
    case durationMilliseconds(Int64)

    var value: Value {
        switch self {
        case .absent: .failure(.absent)
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .timestamp(let time): Value(time)
        case .durationMilliseconds(let milliseconds):
            Value(durationMilliseconds: milliseconds)
        }
    }
}

extension Value {
    init(_ time: EventTime) {
        self = Timestamp(milliseconds: time.milliseconds).map { .timestamp($0) } ?? .failure(.timestampRange)
    }

    init(durationMilliseconds milliseconds: Int64) {
        let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        self = overflow ? .failure(.durationRange) : .duration(nanoseconds)
    }
}
