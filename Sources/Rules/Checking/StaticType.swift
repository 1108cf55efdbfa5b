/// A type as the checker knows it before evaluation.
indirect enum StaticType: Hashable, Sendable, CustomStringConvertible {
    /// Any type at all: left to run time.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case timestamp
    case duration
    case type
    case list(StaticType)
    case map(StaticType, StaticType)
    /// A type still to be found: an element of `[]`, or a parameter of a signature.
    case variable(Int)

    var description: String {
        switch self {
        case .dyn, .variable: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        }
    }

    var isNumeric: Bool { self == .int || self == .uint || self == .double }

    /// The type of a value that is at hand.
    init(of value: Value) {
        switch value {
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .timestamp: self = .timestamp
        case .duration: self = .duration
        case .type: self = .type
        case .list(let elements): self = .list(Self.common(elements))
        case .map(let map): self = .map(Self.common(map.keys), Self.common(map.values))
        case .failure: self = .dyn
        }
    }

    private static func common(_ values: [Value]) -> StaticType {
        let types = Set(values.map { StaticType(of: $0) })
        return types.count == 1 ? types.first ?? .dyn : .dyn
    }
}
