/// A value of the expression language, or the failure that stands in its place.
enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case timestamp(Timestamp)
    /// Nanoseconds: about 292 years either way.
    case duration(Int64)
    case type(RuntimeType)
    case failure(Failure)

    var type: RuntimeType? {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .failure: nil
        }
    }

    var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}

/// What `type(x)` gives.
enum RuntimeType: String, Sendable, CaseIterable {
    case null = "null_type"
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case list
    case map
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case type
}
