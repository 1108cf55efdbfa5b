internal import Transactions

/// A map value: entries in the order they were written, found by normalised key.
final class ValueMap: Sendable {
    let keys: [Value]
    let values: [Value]
    private let index: [MapKey: Int]

    static let empty = ValueMap(keys: [], values: [], index: [:])

    private init(keys: [Value], values: [Value], index: [MapKey: Int]) {
        self.keys = keys
        self.values = values
        self.index = index
    }

    /// Builds a map, or gives the failure a bad or repeated key is.
    static func make(keys: [Value], values: [Value]) -> Result<ValueMap, Failure> {
        var index: [MapKey: Int] = Dictionary(minimumCapacity: keys.count)
        for (position, key) in keys.enumerated() {
            guard let type = key.type, [.bool, .int, .uint, .string].contains(type), let mapKey = MapKey(key) else {
                return .failure(Failure(.invalidArgument, "unsupported key type"))
            }
            guard index.updateValue(position, forKey: mapKey) == nil else {
                return .failure(Failure(.invalidArgument, "repeated key"))
            }
        }
        return .success(ValueMap(keys: keys, values: values, index: index))
    }

    var count: Int { keys.count }

    /// The value under a key; a number finds its equals of the other numeric types.
    subscript(key: Value) -> Value? {
        MapKey(key).flatMap { index[$0] }.map { values[$0] }
    }
}

/// A value as maps and constant sets look it up: numbers that compare equal are one key.
enum MapKey: Hashable, Sendable {
    case bool(Bool)
    case int(Int64)
    /// Above `Int64.max` only.
    case uint(UInt64)
    case string(Text)

    /// The key of a value, or nil where no key can equal it.
    init?(_ value: Value) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = Int64(exactly: value).map { .int($0) } ?? .uint(value)
        case .double(let value):
            if let whole = Int64(exactly: value) {
                self = .int(whole)
            } else if let whole = UInt64(exactly: value) {
                self = .uint(whole)
            } else {
                return nil
            }
        case .string(let value): self = .string(Text(value))
        default: return nil
        }
    }
}
