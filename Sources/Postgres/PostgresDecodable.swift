/// A Swift type that a result's cell can be read as; `Optional` of it also takes NULL.
public protocol PostgresDecodable {
    /// - Throws: `PostgresError` for NULL, for a column of another type, for a value out of range.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self
}

extension PostgresDecodable where Self: FixedWidthInteger {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self {
        try cell.parse(Self.self, from: [TypeID.int16, TypeID.int32, TypeID.int64, TypeID.objectID]) { Self($0) }
    }
}

extension Int: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}

extension Double: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Double {
        try cell.parse(Double.self, from: [TypeID.float, TypeID.double, TypeID.numeric]) { Double($0) }
    }
}

extension Float: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Float {
        try cell.parse(Float.self, from: [TypeID.float]) { Float($0) }
    }
}

extension Bool: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        try cell.parse(Bool.self, from: [TypeID.bool]) { $0 == "t" ? true : $0 == "f" ? false : nil }
    }
}

/// Any type as the server prints it.
extension String: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        try cell.nonNull(String.self)
    }
}

extension PostgresTimestamp: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> PostgresTimestamp {
        try cell.parse(PostgresTimestamp.self, from: [TypeID.timestamp]) { PostgresTimestamp(text: $0) }
    }
}

/// `bytea`.
extension [UInt8]: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        try cell.parse([UInt8].self, from: [TypeID.bytes]) { text in
            guard text.hasPrefix("\\x"), text.utf8.count % 2 == 0 else { return nil }
            let digits = text.dropFirst(2).compactMap(\.hexDigitValue)
            guard digits.count == text.utf8.count - 2 else { return nil }
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Wrapped? {
        cell.text == nil ? nil : try Wrapped.decode(cell)
    }
}
