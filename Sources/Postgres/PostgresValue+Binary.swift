extension PostgresValue {
    /// Appends the value in PostgreSQL's binary format; false, and nothing appended, for NULL.
    ///
    /// - Throws: `PostgresError` for a value that has no such form (a UUID with a wrong digit, a time out of range).
    /// - Source: the `*recv` functions of `src/backend/utils/adt`.
    func append(to out: inout [UInt8]) throws(PostgresError) -> Bool {
        switch self {
        case .bool(let value): try Self.scalar(value, &out, Self.put)
        case .int32(let value): try Self.scalar(value, &out, Self.put)
        case .int64(let value): try Self.scalar(value, &out, Self.put)
        case .float(let value): try Self.scalar(value, &out, Self.put)
        case .double(let value): try Self.scalar(value, &out, Self.put)
        case .text(let value): try Self.scalar(value, &out, Self.put)
        case .bytes(let value): try Self.scalar(value, &out) { $1.append(contentsOf: $0) }
        case .uuid(let value): try Self.scalar(value, &out, Self.putUUID)
        case .timestamp(let value): try Self.scalar(value, &out, Self.putTimestamp)
        case .json(let value): try Self.scalar(value, &out, Self.putJSON)
        case .bools(let values): try Self.array(values, TypeID.bool, &out, Self.put)
        case .int32s(let values): try Self.array(values, TypeID.int32, &out, Self.put)
        case .int64s(let values): try Self.array(values, TypeID.int64, &out, Self.put)
        case .floats(let values): try Self.array(values, TypeID.float, &out, Self.put)
        case .doubles(let values): try Self.array(values, TypeID.double, &out, Self.put)
        case .texts(let values): try Self.array(values, TypeID.text, &out, Self.put)
        case .uuids(let values): try Self.array(values, TypeID.uuid, &out, Self.putUUID)
        case .timestamps(let values): try Self.array(values, TypeID.timestamp, &out, Self.putTimestamp)
        case .jsons(let values): try Self.array(values, TypeID.json, &out, Self.putJSON)
        }
    }

    /// A value with its length before it, -1 for NULL: how arrays and COPY hold their fields.
    static func field<Value>(
        _ value: Value?, _ out: inout [UInt8], _ put: (Value, inout [UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        guard let value else { return Self.put(Int32(-1), &out) }
        let start = out.count
        Self.put(Int32(0), &out)
        try put(value, &out)
        try Self.patchLength(at: start, in: &out)
    }

    /// Writes the number of bytes after the length at `start` into it.
    static func patchLength(at start: Int, in out: inout [UInt8]) throws(PostgresError) {
        guard let length = Int32(exactly: out.count - start - 4) else {
            throw PostgresError(sqlState: "54000", message: "a value is longer than 2 GiB", operation: "bind")
        }
        let bits = UInt32(bitPattern: length)
        for index in 0..<4 { out[start + index] = UInt8(truncatingIfNeeded: bits >> UInt32(24 - 8 * index)) }
    }

    static func put<Integer: FixedWidthInteger>(_ value: Integer, _ out: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { out.append(contentsOf: $0) }
    }

    private static func scalar<Value>(
        _ value: Value?, _ out: inout [UInt8], _ put: (Value, inout [UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Bool {
        guard let value else { return false }
        try put(value, &out)
        return true
    }

    private static func array<Value>(
        _ values: [Value?], _ element: UInt32, _ out: inout [UInt8],
        _ put: (Value, inout [UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Bool {
        Self.put(Int32(values.isEmpty ? 0 : 1), &out)  // dimensions
        Self.put(Int32(values.contains { $0 == nil } ? 1 : 0), &out)
        Self.put(element, &out)
        if values.isEmpty { return true }
        Self.put(Int32(truncatingIfNeeded: values.count), &out)
        Self.put(Int32(1), &out)  // lower bound
        for value in values { try field(value, &out, put) }
        return true
    }

    private static func put(_ value: Bool, _ out: inout [UInt8]) { out.append(value ? 1 : 0) }
    private static func put(_ value: Float, _ out: inout [UInt8]) { put(value.bitPattern, &out) }
    private static func put(_ value: Double, _ out: inout [UInt8]) { put(value.bitPattern, &out) }
    private static func put(_ value: String, _ out: inout [UInt8]) { out.append(contentsOf: value.utf8) }

    private static func putJSON(_ value: String, _ out: inout [UInt8]) {
        out.append(1)  // version of jsonb's wire format
        out.append(contentsOf: value.utf8)
    }

    private static func putUUID(_ value: String, _ out: inout [UInt8]) throws(PostgresError) {
        var digits = 0
        var byte: UInt8 = 0
        for character in value.utf8 where character != UInt8(ascii: "-") {
            guard digits < 32, let digit = Character(UnicodeScalar(character)).hexDigitValue else {
                digits = -1
                break
            }
            byte = byte << 4 | UInt8(digit)
            digits += 1
            if digits % 2 == 0 { out.append(byte) }
        }
        guard digits == 32 else {
            throw PostgresError(sqlState: "22P02", message: "a UUID needs 32 hexadecimal digits", operation: "bind")
        }
    }

    private static func putTimestamp(_ milliseconds: Int64, _ out: inout [UInt8]) throws(PostgresError) {
        let (shifted, underflow) = milliseconds.subtractingReportingOverflow(PostgresTimestamp.epochMilliseconds)
        let (microseconds, overflow) = shifted.multipliedReportingOverflow(by: 1000)
        // The two extremes stand for infinity.
        guard !underflow, !overflow, microseconds != .max, microseconds != .min else {
            throw PostgresError(sqlState: "22008", message: "timestamp out of range", operation: "bind")
        }
        put(microseconds, &out)
    }
}
