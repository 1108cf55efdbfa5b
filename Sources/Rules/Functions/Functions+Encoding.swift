internal import Foundation

extension Functions {
    /// - Source: cel-go `ext/README.md`, "Encoders".
    static let encoding: [(String, Implementation)] = [
        ("base64.encode", unary(encode)), ("base64.decode", unary(decode)),
    ]

    private static func encode(_ value: Value) -> Value {
        guard case .bytes(let bytes) = value else { return .noSuchOverload }
        return .string(Data(bytes).base64EncodedString())
    }

    /// With padding or without.
    private static func decode(_ value: Value) -> Value {
        guard case .string(let text) = value else { return .noSuchOverload }
        let bare = text.utf8.count % 4 == 0 ? text : text + String(repeating: "=", count: 4 - text.utf8.count % 4)
        guard let data = Data(base64Encoded: bare) else { return .invalid("the text is not base64") }
        return .bytes(Array(data))
    }
}
