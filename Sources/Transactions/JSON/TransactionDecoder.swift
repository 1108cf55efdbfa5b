/// Reads transactions from JSON, one payload at a time.
///
/// Unknown fields are skipped, of a field given twice the last one counts, null is the same as absent.
/// Faults say which field and what was expected, never the value.
public final class TransactionDecoder: Sendable {
    let schema: TransactionSchema
    let form: EventForm
    let limits: EventLimits
    private let canonical: CanonicalFields
    private let mapped: MappedFields

    public init(schema: TransactionSchema, form: EventForm = .canonical, limits: EventLimits = EventLimits()) {
        self.schema = schema
        self.form = form
        self.limits = limits
        canonical = CanonicalFields(schema: schema)
        mapped = MappedFields(schema: schema)
    }

    /// - Parameters:
    ///   - payload: the message's value; nil for a tombstone.
    ///   - messageTimestamp: what the event's time is held against; nil or not positive if there is none.
    public func decode(
        _ payload: UnsafeRawBufferPointer?, messageTimestamp: EventTime?
    ) throws(EventFault) -> Transaction {
        var ignored: Bool?
        return try decode(payload, messageTimestamp: messageTimestamp, fraud: &ignored)
    }

    /// As above, from an array.
    public func decode(_ payload: [UInt8], messageTimestamp: EventTime?) throws(EventFault) -> Transaction {
        try payload.span.withUnsafeBytes { (bytes) throws(EventFault) in
            try decode(bytes, messageTimestamp: messageTimestamp)
        }
    }

    /// As above, with the canonical form's `fraud` that JSON lines files may carry beside the transaction.
    func decode(
        _ payload: UnsafeRawBufferPointer?, messageTimestamp: EventTime?, fraud: inout Bool?
    ) throws(EventFault) -> Transaction {
        let bytes = try JSONPayload.checked(payload, limits: limits)
        let checks = EventChecks(limits: limits, messageTimestamp: messageTimestamp)
        var reader = EventReader(scanner: JSONScanner(bytes), checks: checks)
        var parts = TransactionParts(schema: schema, hasCoordinates: form == .mapped && mapped.hasCoordinates)
        try reader.root()
        switch form {
        case .canonical: try canonical.read(&reader, into: &parts, fraud: &fraud)
        case .mapped: try mapped.read(&reader, into: &parts)
        }
        try reader.scanner.end()
        return try parts.transaction(schema: schema, fields: form == .canonical ? CanonicalFields.names : schema.fields)
    }
}
