/// Reads transactions from Protobuf in the registry's framing.
///
/// Straight from the bytes into the mapped fields; unknown and unmapped fields are passed over.
/// - Source: Protocol Buffers, "Encoding".
public struct ProtobufDecoder: Sendable {
    /// One writer's messages.
    ///
    /// `@unchecked Sendable`: nothing changes, and the values of its fields without presence point at no memory.
    private struct Writer: @unchecked Sendable {
        let plan: ProtobufPlan
    }

    /// Groups within groups that nobody asked for, and the path of a message in its file, at most.
    private static let depthLimit = 64

    private let schema: TransactionSchema
    private let fields: MappedFields
    var limits: EventLimits
    private let writers: [UInt32: Writer]

    /// - Parameters:
    ///   - sets: compiled descriptor sets by the schema's id in the registry.
    ///   - message: the full name of the message that events are.
    /// - Throws: what is wrong with which; also where no set has one of the mapped fields.
    init(
        schema: TransactionSchema, sets: [UInt32: [UInt8]], message: String, limits: EventLimits = EventLimits()
    ) throws(BinarySchemaFault) {
        self.schema = schema
        self.limits = limits
        fields = MappedFields(schema: schema)
        let trie = FieldTrie(fields.names)
        var writers: [UInt32: Writer] = [:]
        var coverage = FieldCoverage(fields)
        for (id, set) in sets {
            do throws(BinarySchemaFault) {
                let (plan, found) = try ProtobufSchema.plan(set, message: message, trie, names: fields.names)
                writers[id] = Writer(plan: plan)
                try coverage.add(found)
            } catch {
                throw BinarySchemaFault("\(error.expected) in schema \(id)")
            }
        }
        try coverage.check()
        self.writers = writers
    }

    /// As `TransactionDecoder.decode`.
    public func decode(
        _ payload: UnsafeRawBufferPointer?, messageTimestamp: EventTime?
    ) throws(EventFault) -> Transaction {
        var (id, cursor) = try ConfluentFrame.open(payload, limits: limits)
        guard let writer = writers[id] else { throw ConfluentFrame.unknown(id, among: writers.keys) }
        guard try Self.indexes(&cursor) == writer.plan.indexes else {
            throw EventFault(.unknownSchema, "expected the configured message, not another of schema \(id)")
        }
        var pass = Pass(
            plan: writer.plan, fields: fields, checks: EventChecks(limits: limits, messageTimestamp: messageTimestamp),
            parts: TransactionParts(schema: schema, hasCoordinates: fields.hasCoordinates),
            given: [Bool](repeating: false, count: fields.names.count))
        try pass.read(message: 0, cursor)
        return try pass.parts.transaction(schema: schema, fields: schema.fields)
    }

    /// Which message of its file it is: a count and so many places, one zero for the first.
    private static func indexes(_ cursor: inout BinaryCursor) throws(EventFault) -> [Int64] {
        let count = try cursor.zigzag()
        if count == 0 { return [0] }
        guard count > 0, count <= Int64(depthLimit) else { throw cursor.malformed("expected the path of a message") }
        var indexes: [Int64] = []
        for _ in 0..<count { indexes.append(try cursor.zigzag()) }
        return indexes
    }

    /// One message while it is read.
    private struct Pass {
        let plan: ProtobufPlan
        let fields: MappedFields
        let checks: EventChecks
        var parts: TransactionParts
        /// Of each mapped field, whether the message had it.
        var given: [Bool]

        mutating func read(message: Int, _ content: BinaryCursor) throws(EventFault) {
            var cursor = content
            let message = plan.messages[message]
            while cursor.remaining > 0 {
                let (number, wire) = try Self.tag(&cursor)
                switch message.action(number) {
                case nil: try Self.skip(wire, of: number, &cursor, depth: 0)
                case .value(let scalar, let field):
                    cursor.field = fields.names[field]
                    given[field] = true
                    try fields.put(try Self.scalar(scalar, wire, &cursor), field: field, checks, into: &parts)
                    cursor.field = nil
                case .timestamp(let field):
                    cursor.field = fields.names[field]
                    given[field] = true
                    let time = try Self.timestamp(try Self.inner(wire, &cursor))
                    try fields.put(.time(time), field: field, checks, into: &parts)
                    cursor.field = nil
                case .enter(let place): try read(message: place, try Self.inner(wire, &cursor))
                }
            }
            for (field, value) in message.defaults where !given[field] {
                try fields.putDefault(value, field: field, checks, into: &parts)
            }
        }

        private static func tag(_ cursor: inout BinaryCursor) throws(EventFault) -> (number: UInt64, wire: UInt64) {
            let tag = try cursor.varint()
            guard (1...536_870_911).contains(tag >> 3) else { throw cursor.malformed("expected a field's number") }
            return (tag >> 3, tag & 7)
        }

        /// The content of something with a length before it.
        private static func inner(_ wire: UInt64, _ cursor: inout BinaryCursor) throws(EventFault) -> BinaryCursor {
            guard wire == 2 else { throw wrongType(cursor, "expected bytes with their length") }
            guard let length = Int(exactly: try cursor.varint()) else { throw cursor.malformed("expected a length") }
            var inner = BinaryCursor(try cursor.take(length))
            inner.field = cursor.field
            return inner
        }

        private static func wrongType(_ cursor: BinaryCursor, _ detail: String) -> EventFault {
            EventFault(.wrongType, field: cursor.field, detail)
        }

        private static func scalar(
            _ scalar: ProtobufPlan.Scalar, _ wire: UInt64, _ cursor: inout BinaryCursor
        ) throws(EventFault) -> ScalarValue {
            switch (scalar, wire) {
            case (.double, 1): return .number(Double(bitPattern: try cursor.littleEndian(UInt64.self)))
            case (.float, 5): return .number(Double(Float(bitPattern: try cursor.littleEndian(UInt32.self))))
            case (.int32, 0): return .integer(Int64(Int32(truncatingIfNeeded: try cursor.varint())))
            case (.int64, 0): return .integer(Int64(bitPattern: try cursor.varint()))
            case (.uint32, 0): return .unsigned(UInt64(UInt32(truncatingIfNeeded: try cursor.varint())))
            case (.uint64, 0): return .unsigned(try cursor.varint())
            case (.sint32, 0), (.sint64, 0): return .integer(try cursor.zigzag())
            case (.fixed32, 5): return .unsigned(UInt64(try cursor.littleEndian(UInt32.self)))
            case (.sfixed32, 5): return .integer(Int64(try cursor.littleEndian(Int32.self)))
            case (.fixed64, 1): return .unsigned(try cursor.littleEndian(UInt64.self))
            case (.sfixed64, 1): return .integer(try cursor.littleEndian(Int64.self))
            case (.bool, 0): return .boolean(try cursor.varint() != 0)
            case (.symbols(let names), 0):
                let number = Int32(truncatingIfNeeded: try cursor.varint())
                return .text(names[number] ?? String(number))
            case (.string, 2), (.bytes, 2): return .bytes(try inner(wire, &cursor).bytes)
            default: throw wrongType(cursor, "expected the wire type of its declared type")
            }
        }

        private static func timestamp(_ content: BinaryCursor) throws(EventFault) -> EventTime {
            var (cursor, seconds, nanoseconds) = (content, Int64(0), Int64(0))
            while cursor.remaining > 0 {
                let (number, wire) = try tag(&cursor)
                switch (number, wire) {
                case (1, 0): seconds = Int64(bitPattern: try cursor.varint())
                case (2, 0): nanoseconds = Int64(Int32(truncatingIfNeeded: try cursor.varint()))
                default: try skip(wire, of: number, &cursor, depth: 0)
                }
            }
            // What google.protobuf.Timestamp allows: years 1 to 9999.
            guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
            else { throw EventFault(.outOfRange, field: content.field, "expected a timestamp of the years 1 to 9999") }
            return EventTime(milliseconds: seconds * 1000 + nanoseconds / 1_000_000)
        }

        private static func skip(
            _ wire: UInt64, of number: UInt64, _ cursor: inout BinaryCursor, depth: Int
        ) throws(EventFault) {
            guard depth < ProtobufDecoder.depthLimit else {
                throw cursor.malformed("expected fewer groups within groups")
            }
            switch wire {
            case 0: _ = try cursor.varint()
            case 1: _ = try cursor.take(8)
            case 2: _ = try inner(wire, &cursor)
            case 3:
                while true {
                    let next = try tag(&cursor)
                    if next.wire == 4 {
                        guard next.number == number else { throw cursor.malformed("expected the end of a group") }
                        return
                    }
                    try skip(next.wire, of: next.number, &cursor, depth: depth + 1)
                }
            case 5: _ = try cursor.take(4)
            default: throw cursor.malformed("expected a known wire type")
            }
        }
    }
}
