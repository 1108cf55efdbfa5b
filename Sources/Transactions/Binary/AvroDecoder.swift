/// Reads transactions from Avro in the registry's framing, by the writer's schemas that are known.
///
/// Straight from the bytes into the mapped fields; what is not mapped is passed over.
/// - Source: Apache Avro 1.12, "Binary encoding".
public struct AvroDecoder: Sendable {
    /// One writer's schema.
    private struct Writer {
        let types: [AvroType]
        let plan: AvroPlan
    }

    /// Records within records that nobody asked for, at most.
    private static let depthLimit = 64

    private let schema: TransactionSchema
    private let fields: MappedFields
    var limits: EventLimits
    private let writers: [UInt32: Writer]

    /// - Parameter texts: each schema's JSON by its id in the registry.
    /// - Throws: what is wrong with which; also where no writer has one of the mapped fields.
    init(
        schema: TransactionSchema, texts: [UInt32: [UInt8]], limits: EventLimits = EventLimits()
    ) throws(BinarySchemaFault) {
        self.schema = schema
        self.limits = limits
        fields = MappedFields(schema: schema)
        let trie = FieldTrie(fields.names)
        var writers: [UInt32: Writer] = [:]
        var coverage = FieldCoverage(fields)
        for (id, text) in texts {
            do throws(BinarySchemaFault) {
                let types = try AvroTypes(json: text)
                var found: Set<Int> = []
                let plan = try AvroPlan(types.root, of: types, trie, names: fields.names, found: &found)
                guard case .record = plan else { throw BinarySchemaFault("a record with the mapped fields") }
                writers[id] = Writer(types: types.types, plan: plan)
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
        let (id, cursor) = try ConfluentFrame.open(payload, limits: limits)
        guard let writer = writers[id] else { throw ConfluentFrame.unknown(id, among: writers.keys) }
        var pass = Pass(
            cursor: cursor, types: writer.types, fields: fields,
            checks: EventChecks(limits: limits, messageTimestamp: messageTimestamp),
            parts: TransactionParts(schema: schema, hasCoordinates: fields.hasCoordinates),
            items: max(1 << 12, payload?.count ?? 0))
        try pass.read(writer.plan)
        try pass.cursor.end()
        return try pass.parts.transaction(schema: schema, fields: schema.fields)
    }

    /// One message while it is read.
    private struct Pass {
        var cursor: BinaryCursor
        let types: [AvroType]
        let fields: MappedFields
        let checks: EventChecks
        var parts: TransactionParts
        /// Elements of arrays and maps that may still come; those of no size would otherwise never end.
        var items: Int

        mutating func read(_ plan: AvroPlan) throws(EventFault) {
            switch plan {
            case .skip(let type): try skip(type, depth: 0)
            case .value(let type, let field):
                cursor.field = fields.names[field]
                try fields.put(try scalar(types[type]), field: field, checks, into: &parts)
                cursor.field = nil
            case .record(let plans): for plan in plans { try read(plan) }
            case .union(let branches): try read(branches[try index(below: branches.count)])
            }
        }

        private mutating func index(below count: Int) throws(EventFault) -> Int {
            let index = try cursor.zigzag()
            guard index >= 0, index < Int64(count) else {
                throw cursor.malformed("expected one of \(count) branches or symbols")
            }
            return Int(index)
        }

        private mutating func length() throws(EventFault) -> Int {
            let length = try cursor.zigzag()
            guard length >= 0, length <= Int64(cursor.remaining) else {
                throw cursor.malformed("expected a length no larger than what follows")
            }
            return Int(length)
        }

        private mutating func scalar(_ type: AvroType) throws(EventFault) -> ScalarValue {
            switch type.kind {
            case .boolean: return .boolean(try cursor.byte() != 0)
            case .int:
                guard let number = Int32(exactly: try cursor.zigzag()) else {
                    throw cursor.malformed("expected an int of 32 bits")
                }
                return .integer(Int64(number))
            case .long:
                let number = try cursor.zigzag()
                guard case .timestamp(let units) = type.meaning else { return .integer(number) }
                let quotient = number / units
                return .time(EventTime(milliseconds: number % units < 0 ? quotient - 1 : quotient))
            case .float: return .number(Double(Float(bitPattern: try cursor.littleEndian(UInt32.self))))
            case .double: return .number(Double(bitPattern: try cursor.littleEndian(UInt64.self)))
            case .string: return .bytes(try cursor.take(try length()))
            case .bytes: return value(try cursor.take(try length()), type.meaning, isFixed: false)
            case .fixed(let size): return value(try cursor.take(size), type.meaning, isFixed: true)
            case .symbols(let symbols): return .text(symbols[try index(below: symbols.count)])
            case .null, .array, .map, .union, .record: throw cursor.malformed("expected a plain value")
            }
        }

        private func value(_ bytes: UnsafeRawBufferPointer, _ meaning: AvroType.Meaning, isFixed: Bool) -> ScalarValue {
            switch meaning {
            case .decimal(let scale): .number(AvroDecimal.value(bytes, scale: scale))
            case .uuid: .text(AvroDecimal.hexadecimal(bytes, dashes: [4, 6, 8, 10]))
            case .itself where isFixed && bytes.count <= EventLimits.maximumKeyBytes:
                .text(AvroDecimal.hexadecimal(bytes, dashes: []))
            default: .bytes(bytes)
            }
        }

        private mutating func skip(_ type: Int, depth: Int) throws(EventFault) {
            guard depth < AvroDecoder.depthLimit else { throw cursor.malformed("expected fewer values within values") }
            switch types[type].kind {
            case .null: break
            case .boolean: _ = try cursor.byte()
            case .int, .long: _ = try cursor.zigzag()
            case .symbols(let symbols): _ = try index(below: symbols.count)
            case .float: _ = try cursor.take(4)
            case .double: _ = try cursor.take(8)
            case .bytes, .string: _ = try cursor.take(try length())
            case .fixed(let size): _ = try cursor.take(size)
            case .array(let item):
                try skipBlocks(depth) { (pass) throws(EventFault) in try pass.skip(item, depth: depth + 1) }
            case .map(let value):
                try skipBlocks(depth) { (pass) throws(EventFault) in
                    _ = try pass.cursor.take(try pass.length())
                    try pass.skip(value, depth: depth + 1)
                }
            case .union(let branches): try skip(branches[try index(below: branches.count)], depth: depth + 1)
            case .record(let members): for member in members { try skip(member.type, depth: depth + 1) }
            }
        }

        private mutating func skipBlocks(
            _ depth: Int, _ item: (inout Pass) throws(EventFault) -> Void
        ) throws(EventFault) {
            while true {
                let count = try cursor.zigzag()
                if count == 0 { return }
                if count < 0 {
                    // The block's size in bytes follows, so that it can be passed over as a whole.
                    _ = try cursor.take(try length())
                    continue
                }
                guard count <= Int64(items) else { throw cursor.malformed("expected fewer elements than that") }
                items -= Int(count)
                for _ in 0..<count { try item(&self) }
            }
        }
    }
}
