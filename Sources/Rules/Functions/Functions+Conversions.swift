extension Functions {
    static let conversions: [(String, Implementation)] = [
        ("bool", unary(bool)), ("bytes", unary(bytes)), ("double", unary(double)), ("duration", unary(duration)),
        ("dyn", unary { $0 }), ("int", unary(int)), ("string", unary(string)), ("timestamp", unary(timestamp)),
        ("type", unary { $0.type.map { .type($0) } ?? .noSuchOverload }), ("uint", unary(uint)),
    ]

    /// A function of one argument, whatever its type.
    static func unary(_ body: @escaping @Sendable (Value) -> Value) -> Implementation {
        { arguments, budget in
            guard arguments.count == 1 else { return .noSuchOverload }
            switch arguments[0] {
            case .string(let text): budget.spend(bytes: text.utf8.count)
            case .bytes(let bytes): budget.spend(bytes: bytes.count)
            default: break
            }
            return body(arguments[0])
        }
    }

    private static func bool(_ value: Value) -> Value {
        switch value {
        case .bool: value
        case .string(let text):
            switch text {
            case "1", "t", "T", "true", "TRUE", "True": .bool(true)
            case "0", "f", "F", "false", "FALSE", "False": .bool(false)
            default: .invalid("type conversion error: '\(text)' is no bool")
            }
        default: .noSuchOverload
        }
    }

    private static func bytes(_ value: Value) -> Value {
        switch value {
        case .bytes: value
        case .string(let text): .bytes(Array(text.utf8))
        default: .noSuchOverload
        }
    }

    private static func double(_ value: Value) -> Value {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            let isNumber = text.utf8.allSatisfy { $0 > 0x20 } && text.utf8.first != UInt8(ascii: "(")
            guard isNumber, let number = Double(text) else {
                return .invalid("type conversion error: '\(text)' is no double")
            }
            // Infinity is what its name gives, never what is too large.
            guard number.isFinite || !text.utf8.contains(where: \.isDigit) else {
                return .outOfRange("'\(text)' is no double in range")
            }
            return .double(number)
        default: return .noSuchOverload
        }
    }

    private static func duration(_ value: Value) -> Value {
        switch value {
        case .duration: value
        case .string(let text):
            DurationText.nanoseconds(of: text).map { .duration($0) } ?? .outOfRange("'\(text)' is no duration in range")
        default: .noSuchOverload
        }
    }

    private static func int(_ value: Value) -> Value {
        switch value {
        case .int: return value
        case .uint(let number): return Int64(exactly: number).map { .int($0) } ?? .outOfRange("range error: int")
        case .double(let number):
            // The bounds themselves are refused: a double that close may stand for a number beyond them.
            guard number > -0x1p63, number < 0x1p63 else { return .outOfRange("range error: int") }
            return .int(Int64(number))
        case .string(let text):
            return Int64(text).map { .int($0) } ?? .invalid("type conversion error: '\(text)' is no int")
        case .timestamp(let time): return .int(time.seconds)
        default: return .noSuchOverload
        }
    }

    private static func uint(_ value: Value) -> Value {
        switch value {
        case .uint: return value
        case .int(let number): return UInt64(exactly: number).map { .uint($0) } ?? .outOfRange("range error: uint")
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { return .outOfRange("range error: uint") }
            return .uint(UInt64(number))
        case .string(let text):
            return UInt64(text).map { .uint($0) } ?? .invalid("type conversion error: '\(text)' is no uint")
        default: return .noSuchOverload
        }
    }

    private static func timestamp(_ value: Value) -> Value {
        switch value {
        case .timestamp: value
        case .int(let seconds): Timestamp(seconds: seconds).map { .timestamp($0) } ?? .failure(.timestampRange)
        case .string(let text):
            Timestamp(rfc3339: text).map { .timestamp($0) } ?? .outOfRange("'\(text)' is no timestamp in range")
        default: .noSuchOverload
        }
    }

    private static func string(_ value: Value) -> Value {
        switch value {
        case .string: return value
        case .bool(let value): return .string(value ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(NumberText.shortest(number))
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { return .invalid("invalid UTF-8") }
            return .string(text)
        case .timestamp(let time): return .string(time.description)
        case .duration(let nanoseconds): return .string(DurationText.text(of: nanoseconds))
        case .type(let type): return .string(type.rawValue)
        default: return .noSuchOverload
        }
    }
}
