/// Reads one event's JSON, turning tokens into checked values; shared by transactions and labels.
struct EventReader {
    var scanner: JSONScanner
    let checks: EventChecks

    /// The text of an id or a user: a string, or an integer as it is written; nil for null.
    mutating func key(_ field: String) throws(EventFault) -> String? {
        switch try text(field) {
        case .none: nil
        case .plain(let bytes): try checks.key(plain: bytes, field: field)
        case .checked(let text): try checks.key(text, field: field)
        }
    }

    /// The key of an entity; nil for null and for empty text.
    mutating func entity(_ field: String) throws(EventFault) -> String? {
        switch try text(field) {
        case .none: nil
        case .plain(let bytes): try checks.entity(plain: bytes, field: field)
        case .checked(let text): try checks.entity(text, field: field)
        }
    }

    mutating func time(
        _ format: TransactionSchema.TimeFormat, _ field: String
    ) throws(EventFault) -> EventTime? {
        switch (try scanner.token(), format) {
        case (.null, _): return nil
        case (.string(let text), .iso8601):
            let time = text.isEscaped ? EventTime(iso8601: text.string) : EventTime(iso8601Bytes: text.bytes)
            guard let time else { throw EventFault(.wrongType, field: field, "expected an ISO 8601 time") }
            return try checks.time(time, field: field)
        case (.number(let number), .epochSeconds), (.number(let number), .epochMilliseconds):
            return try checks.epoch(number.double, format, field: field)
        case (_, .iso8601): throw EventFault(.wrongType, field: field, "expected an ISO 8601 time as a string")
        default: throw EventFault(.wrongType, field: field, "expected a number of \(format.rawValue)")
        }
    }

    /// A finite number; nil for null.
    mutating func amount(_ field: String) throws(EventFault) -> Double? {
        switch try scanner.token() {
        case .null: return nil
        case .number(let number): return try checks.finite(number.double, field: field)
        case .notFinite: return try checks.finite(.nan, field: field)
        default: throw EventFault(.wrongType, field: field, "expected a number")
        }
    }

    /// A number that may be missing: null, or NaN as several libraries write a gap.
    mutating func number(_ field: String) throws(EventFault) -> Double? {
        switch try scanner.token() {
        case .null, .notFinite(isNaN: true): return nil
        case .number(let number): return try checks.finite(number.double, field: field)
        case .notFinite: return try checks.finite(.infinity, field: field)
        default: throw EventFault(.wrongType, field: field, "expected a number")
        }
    }

    /// A feature's value as its kind asks for.
    mutating func feature(
        _ kind: TransactionSchema.Feature.Kind, _ field: String
    ) throws(EventFault) -> FeatureValue {
        guard kind == .category else {
            return try number(field).map(FeatureValue.number) ?? .missing
        }
        switch try scanner.token() {
        case .null, .notFinite(isNaN: true): return .missing
        case .string(let text) where !text.isEscaped: return try checks.category(plain: text.bytes, field: field)
        case .string(let text): return try checks.category(text.string, field: field)
        case .number(let number): return try checks.category(number.string, field: field)
        case .boolean(let flag): return .text(flag ? "true" : "false")
        default: throw EventFault(.wrongType, field: field, "expected text")
        }
    }

    /// Whether an object is there to be read; false for null.
    mutating func object(_ field: String) throws(EventFault) -> Bool {
        switch try scanner.token() {
        case .object: return true
        case .null: return false
        default: throw EventFault(.wrongType, field: field, "expected an object")
        }
    }

    /// The outermost object's opening bracket.
    mutating func root() throws(EventFault) {
        guard case .object = try scanner.token() else { throw EventFault(.malformed, "expected a JSON object") }
    }

    private enum Text {
        case none
        /// A string without escapes, hence without a NUL character; valid as long as the input.
        case plain(UnsafeBufferPointer<UInt8>)
        case checked(String)
    }

    private mutating func text(_ field: String) throws(EventFault) -> Text {
        switch try scanner.token() {
        case .null: return .none
        case .string(let text): return text.isEscaped ? .checked(text.string) : .plain(text.bytes)
        case .number(let number) where number.isInteger:
            guard number.bytes.count <= EventLimits.maximumKeyBytes else {
                throw EventFault(.outOfRange, field: field, "expected at most \(EventLimits.maximumKeyBytes) bytes")
            }
            return .checked(number.string)
        default: throw EventFault(.wrongType, field: field, "expected text or an integer")
        }
    }
}
