import Foundation

@testable import Rules

/// One line of the conformance file.
struct ConformanceCase {
    let name: String
    let expression: String
    let bindings: [String: Value]
    let container: String
    let isChecked: Bool
    /// Nil where an error is expected.
    let expected: Value?

    struct Malformed: Error {}

    init(line: Substring) throws {
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let name = object["name"] as? String, let expression = object["expr"] as? String
        else { throw Malformed() }
        self.name = name
        self.expression = expression
        bindings = try (object["bindings"] as? [String: Any] ?? [:]).mapValues(Self.value)
        container = object["container"] as? String ?? ""
        isChecked = object["disable_check"] as? Bool != true
        expected = try object["value"].map(Self.value)
    }

    /// `{"int": "1"}`, `{"list": […]}`, `{"map": [[key, value], …]}` and so on.
    private static func value(_ any: Any) throws -> Value {
        guard let (kind, content) = (any as? [String: Any])?.first else { throw Malformed() }
        let text = content as? String
        switch kind {
        case "null": return .null
        case "bool": return .bool(content as? Bool == true)
        case "string": return .string(try text.orThrow())
        case "int": return .int(try text.flatMap { Int64($0) }.orThrow())
        case "uint": return .uint(try text.flatMap { UInt64($0) }.orThrow())
        case "double": return .double(try text.flatMap { Double($0) }.orThrow())
        case "bytes": return .bytes(try bytes(hexadecimal: try text.orThrow()))
        case "type": return .type(try text.flatMap(RuntimeType.init).orThrow())
        case "timestamp": return .timestamp(try text.flatMap { Timestamp(rfc3339: $0) }.orThrow())
        case "duration": return .duration(try text.flatMap(DurationText.nanoseconds).orThrow())
        case "list": return .list(try (content as? [Any]).orThrow().map(value))
        case "map":
            let entries = try (content as? [[Any]]).orThrow().map { try $0.map(value) }
            return .map(try ValueMap.make(keys: entries.map { $0[0] }, values: entries.map { $0[1] }).get())
        default: throw Malformed()
        }
    }

    private static func bytes(hexadecimal text: String) throws -> [UInt8] {
        let digits = Array(text)
        return try stride(from: 0, to: digits.count, by: 2).map { start in
            try UInt8(String(digits[start..<start + 2]), radix: 16).orThrow()
        }
    }
}

extension Optional {
    fileprivate func orThrow() throws -> Wrapped {
        guard let self else { throw ConformanceCase.Malformed() }
        return self
    }
}
