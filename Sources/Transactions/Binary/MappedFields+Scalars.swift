extension MappedFields {
    /// Puts a value into the parts that its field is read for; the same values mean the same as in JSON.
    ///
    /// - Parameter index: of the field, in `names`.
    func put(
        _ value: ScalarValue, field index: Int, _ checks: EventChecks, into parts: inout TransactionParts
    ) throws(EventFault) {
        let name = names[index]
        for target in targets[index] {
            switch target {
            case .id: parts.id = try checks.key(try Self.key(value, name), field: name)
            case .user: parts.user = try checks.key(try Self.key(value, name), field: name)
            case .time: parts.time = try time(value, checks, name)
            case .amount: parts.amount = try checks.finite(try Self.number(value, name), field: name)
            case .entity(let index): parts.entities[index] = try checks.entity(try Self.key(value, name), field: name)
            case .feature(let index, .category):
                parts.features[index] = try checks.category(try Self.text(value, name), field: name)
            case .feature(let index, _):
                let number = try Self.number(value, name)
                parts.features[index] = number.isNaN ? .missing : .number(try checks.finite(number, field: name))
            case .coordinate(let index):
                let number = try Self.number(value, name)
                parts.coordinates[index] = number.isNaN ? .nan : try checks.finite(number, field: name)
            }
        }
    }

    private func time(_ value: ScalarValue, _ checks: EventChecks, _ name: String) throws(EventFault) -> EventTime {
        switch value {
        case .time(let time): return try checks.time(time, field: name)
        case .bytes, .text:
            guard timeFormat == .iso8601, let time = EventTime(iso8601: try Self.text(value, name)) else { break }
            return try checks.time(time, field: name)
        case .integer, .unsigned, .number:
            guard timeFormat != .iso8601 else { break }
            return try checks.epoch(try Self.number(value, name), timeFormat, field: name)
        case .boolean: break
        }
        throw EventFault(.wrongType, field: name, "expected a time (\(timeFormat.rawValue), or a timestamp)")
    }

    private static func number(_ value: ScalarValue, _ name: String) throws(EventFault) -> Double {
        switch value {
        case .integer(let integer): Double(integer)
        case .unsigned(let integer): Double(integer)
        case .number(let number): number
        default: throw EventFault(.wrongType, field: name, "expected a number")
        }
    }

    /// Text or an integer.
    private static func key(_ value: ScalarValue, _ name: String) throws(EventFault) -> String {
        switch value {
        case .integer, .unsigned, .bytes, .text: try text(value, name)
        default: throw EventFault(.wrongType, field: name, "expected text or an integer")
        }
    }

    private static func text(_ value: ScalarValue, _ name: String) throws(EventFault) -> String {
        switch value {
        case .integer(let integer): return String(integer)
        case .unsigned(let integer): return String(integer)
        case .number(let number): return number.isNaN ? "" : "\(number)"
        case .boolean(let flag): return flag ? "true" : "false"
        case .text(let text): return text
        case .bytes(let bytes):
            // Nothing longer is kept of any field, whatever the message says.
            guard bytes.count <= EventLimits.maximumTextBytes else {
                throw EventFault(.outOfRange, field: name, "expected at most \(EventLimits.maximumTextBytes) bytes")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw EventFault(.notUTF8, field: name, "expected UTF-8")
            }
            return text
        case .time: throw EventFault(.wrongType, field: name, "expected text, not a timestamp")
        }
    }
}

extension MappedFields {
    /// What a field without presence holds where the message leaves it out; empty text is the same as no field.
    func putDefault(
        _ value: ScalarValue, field index: Int, _ checks: EventChecks, into parts: inout TransactionParts
    ) throws(EventFault) {
        if case .text("") = value { return }
        try put(value, field: index, checks, into: &parts)
    }
}
