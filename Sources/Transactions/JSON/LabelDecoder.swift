/// Reads labels from JSON, one payload at a time.
///
/// The mapped form takes the schema's names for id, user, time and amount (the transaction's), entities and label, and
/// counts the label as known from `known_at` (in the schema's time format) or, without one, from the message's timestamp.
public struct LabelDecoder: Sendable {
    private let schema: TransactionSchema
    private let form: EventForm
    private let limits: EventLimits
    private let entities: EntityFields
    private let mappedEntities: FieldTable
    private let table: FieldTable
    private let names: [String]
    private let fraudValues: Set<String>

    public init(schema: TransactionSchema, form: EventForm = .canonical, limits: EventLimits = EventLimits()) {
        self.schema = schema
        self.form = form
        self.limits = limits
        entities = EntityFields(schema: schema)
        mappedEntities = FieldTable(schema.entities.map(\.field))
        let fraud = schema.label?.field ?? "fraud"
        names =
            form == .canonical
            ? ["transaction_id", "user", "fraud", "known_at", "transaction_time", "amount", "entities"]
            : [schema.fields.id, schema.fields.user, fraud, "known_at", schema.fields.time, schema.fields.amount]
        table = FieldTable(names)
        fraudValues = Set(schema.label?.fraudValues ?? ["1", "true"])
    }

    /// - Parameters:
    ///   - payload: the message's value; nil for a tombstone.
    ///   - messageTimestamp: what the label's times are held against; nil or not positive if there is none.
    public func decode(_ payload: UnsafeRawBufferPointer?, messageTimestamp: EventTime?) throws(EventFault) -> Label {
        let bytes = try JSONPayload.checked(payload, limits: limits)
        let checks = EventChecks(limits: limits, messageTimestamp: messageTimestamp)
        var reader = EventReader(scanner: JSONScanner(bytes), checks: checks)
        var parts = Parts(entities: [String?](repeating: nil, count: schema.entities.count))
        try reader.root()
        var isFirst = true
        var hint = 0
        while let key = try reader.scanner.key(isFirst: &isFirst) {
            try read(&reader, key, hint: &hint, into: &parts)
        }
        try reader.scanner.end()
        if form == .mapped, parts.knownAt == nil, let messageTimestamp, messageTimestamp.milliseconds > 0 {
            parts.knownAt = messageTimestamp
        }
        return try label(parts)
    }

    /// As above, from an array.
    public func decode(_ payload: [UInt8], messageTimestamp: EventTime?) throws(EventFault) -> Label {
        try payload.span.withUnsafeBytes { (bytes) throws(EventFault) in
            try decode(bytes, messageTimestamp: messageTimestamp)
        }
    }

    private struct Parts {
        var id: String?
        var user: String?
        var fraud: Bool?
        var knownAt: EventTime?
        var transactionTime: EventTime?
        var amount: Double?
        var entities: [String?]
    }

    private func read(
        _ reader: inout EventReader, _ key: JSONText, hint: inout Int, into parts: inout Parts
    ) throws(EventFault) {
        let value = reader.scanner
        let timeFormat = form == .canonical ? .iso8601 : schema.timeFormat
        switch table.index(of: key, hint: &hint) {
        case 0: parts.id = try reader.key(names[0])
        case 1: parts.user = try reader.key(names[1])
        case 2: parts.fraud = try fraud(&reader)
        case 3: parts.knownAt = try reader.time(timeFormat, names[3])
        case 4: parts.transactionTime = try reader.time(timeFormat, names[4])
        case 5: parts.amount = try reader.amount(names[5])
        case 6: try entities.read(&reader, into: &parts.entities)
        default: try reader.scanner.skipValue()
        }
        var entityHint = 0
        if form == .mapped, mappedEntities.index(of: key, hint: &entityHint) != nil {
            // Two entities may share one field, and an entity may be the user.
            for (index, entity) in schema.entities.enumerated() where key.string == entity.field {
                reader.scanner = value
                parts.entities[index] = try reader.entity(entity.field)
            }
        }
    }

    private func fraud(_ reader: inout EventReader) throws(EventFault) -> Bool? {
        let token = try reader.scanner.token()
        switch (token, form) {
        case (.null, _): return nil
        case (.boolean(let flag), .canonical): return flag
        case (.boolean(let flag), .mapped): return fraudValues.contains(flag ? "true" : "false")
        case (.string(let text), .mapped): return fraudValues.contains(text.string)
        case (.number(let number), .mapped): return fraudValues.contains(number.string)
        default:
            let expected = form == .canonical ? "expected true or false" : "expected text, a number or a boolean"
            throw EventFault(.wrongType, field: names[2], expected)
        }
    }

    private func label(_ parts: Parts) throws(EventFault) -> Label {
        guard let id = parts.id else { throw TransactionParts.missing(names[0]) }
        guard let user = parts.user else { throw TransactionParts.missing(names[1]) }
        guard let fraud = parts.fraud else { throw TransactionParts.missing(names[2]) }
        guard let knownAt = parts.knownAt else { throw TransactionParts.missing(names[3]) }
        if let time = parts.transactionTime, knownAt < time {
            throw EventFault(.outOfRange, field: names[3], "expected no time before the transaction's")
        }
        return Label(
            transactionID: id, user: user, fraud: fraud, knownAt: knownAt, transactionTime: parts.transactionTime,
            amount: parts.amount, entities: parts.entities)
    }
}
