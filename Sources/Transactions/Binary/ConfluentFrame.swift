/// What stands before a message's content on a topic whose schemas are in a registry: a zero byte and the schema's id.
///
/// - Source: Confluent, "Wire format", Schema Registry documentation.
enum ConfluentFrame {
    /// The schema's id; the cursor stands after it.
    static func open(_ payload: UnsafeRawBufferPointer?, limits: EventLimits) throws(EventFault) -> (
        UInt32, BinaryCursor
    ) {
        guard let payload else { throw EventFault(.tombstone, "expected a value, not a deletion") }
        guard !payload.isEmpty else { throw EventFault(.empty, "expected a framed message") }
        guard payload.count <= limits.maximumBytes else {
            throw EventFault(.tooLarge, "expected at most \(limits.maximumBytes) bytes")
        }
        guard payload.count >= 5, payload[0] == 0 else {
            throw EventFault(.malformed, "expected a zero byte and a schema's id of four")
        }
        var cursor = BinaryCursor(payload)
        _ = try cursor.byte()
        return (try cursor.bigEndian(UInt32.self), cursor)
    }

    static func unknown(_ id: UInt32, among known: some Sequence<UInt32>) -> EventFault {
        let names = known.sorted().map(String.init).joined(separator: ", ")
        return EventFault(.unknownSchema, "schema \(id) is none of those configured: \(names)")
    }
}
