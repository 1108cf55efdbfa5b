import Foundation
import Testing

@testable import Transactions

/// Events in Avro and Protobuf, as other libraries write them (`Fixtures/make_events.py`).
@Suite struct EventFormatTests {
    struct Event: Decodable, Sendable {
        struct Expected: Decodable, Sendable {
            var id: String
            var user: String
            var time: Int64
            var amount: Double
            var entities: [String?]
            var features: [Feature?]
        }

        enum Feature: Decodable, Sendable {
            case text(String)
            case number(Double)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self =
                    try (try? container.decode(String.self)).map { .text($0) } ?? .number(container.decode(Double.self))
            }
        }

        var hex: String
        var expected: Expected

        var bytes: [UInt8] {
            let digits = Array(hex.utf8)
            return stride(from: 0, to: digits.count, by: 2).map {
                (hexadecimalValue(digits[$0]) ?? 0) << 4 | (hexadecimalValue(digits[$0 + 1]) ?? 0)
            }
        }

        var transaction: Transaction {
            Transaction(
                id: expected.id, user: expected.user, time: EventTime(milliseconds: expected.time),
                amount: expected.amount, entities: expected.entities,
                features: expected.features.map { feature in
                    switch feature {
                    case .text(let text): .text(text)
                    case .number(let number): .number(number)
                    case nil: .missing
                    }
                })
        }
    }

    static let formats = ["avro", "protobuf"]
    static let fixtures = ProjectFiles.path("Tests/TransactionsTests/Fixtures")

    static func events(_ format: String) throws -> [Event] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(fixtures)/events.json"))
        return try #require(try JSONDecoder().decode([String: [Event]].self, from: data)[format])
    }

    static func decoder(_ format: String) throws -> PayloadDecoder {
        let path = "\(fixtures)/payments-\(format).yaml"
        // A model trained on a CSV with columns of other names.
        var model = try TransactionSchema.load(path: path)
        model.fields.user = "customer"
        return PayloadDecoder(schema: model, format: try EventFormat.load(path: path, for: model), form: .canonical)
    }

    private func fault(_ decoder: PayloadDecoder, _ bytes: [UInt8]) -> EventFault? {
        do {
            _ = try decoder.decode(bytes, messageTimestamp: nil)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: formats) func eventsOfOtherLibrariesAreRead(format: String) throws {
        let decoder = try Self.decoder(format)
        for event in try Self.events(format) {
            #expect(try decoder.decode(event.bytes, messageTimestamp: nil) == event.transaction)
        }
    }

    @Test(arguments: formats) func theFrameIsChecked(format: String) throws {
        let decoder = try Self.decoder(format)
        let event = try #require(try Self.events(format).first).bytes
        #expect(fault(decoder, [])?.kind == .empty)
        #expect(fault(decoder, [1] + event.dropFirst())?.kind == .malformed)
        #expect(fault(decoder, Array(event.prefix(4)))?.kind == .malformed)
        #expect(fault(decoder, [0, 0, 0, 1, 0] + event.dropFirst(5))?.kind == .unknownSchema)
        #expect(throws: EventFault.self) { try decoder.decode(nil, messageTimestamp: nil) }
        let late = EventTime(milliseconds: 1_600_000_000_000)
        #expect(throws: EventFault.self) { try decoder.decode(event, messageTimestamp: late) }
    }

    /// Cut anywhere an event is refused, or in Protobuf read without what was cut off; never a crash.
    @Test(arguments: formats) func cutAndFlippedEventsAreHarmless(format: String) throws {
        let decoder = try Self.decoder(format)
        for event in try Self.events(format) {
            let bytes = event.bytes
            for length in bytes.indices {
                let fault = fault(decoder, Array(bytes[..<length]))
                if format == "avro" || length < 7 { #expect(fault != nil) }
            }
            for bit in 0..<bytes.count * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                _ = fault(decoder, flipped)
            }
            if format == "avro" { #expect(fault(decoder, bytes + [0])?.kind == .malformed) }
        }
    }

    /// Unknown fields of every wire type, groups within groups among them, change nothing.
    @Test func unknownFieldsOfProtobufArePassedOver() throws {
        let decoder = try Self.decoder("protobuf")
        let unknown: [UInt8] =
            [0xA0, 0x1F, 0xFF, 0x01] + [0xA1, 0x1F, 1, 2, 3, 4, 5, 6, 7, 8] + [0xA2, 0x1F, 2, 9, 9]
            + [0xA3, 0x1F, 0xAB, 0x1F, 0xA8, 0x1F, 1, 0xAC, 0x1F, 0xA4, 0x1F] + [0xA5, 0x1F, 1, 2, 3, 4]
        for event in try Self.events("protobuf") {
            let bytes = event.bytes
            let changed: [UInt8] = Array(bytes[..<7]) + unknown + Array(bytes[7...]) + unknown
            #expect(try decoder.decode(changed, messageTimestamp: nil) == event.transaction)
        }
        let event = try #require(try Self.events("protobuf").first).bytes
        let deep = (0..<400).map { UInt8($0 % 2 == 0 ? 0xA3 : 0x1F) }
        #expect(fault(decoder, event + deep)?.kind == .malformed)
        #expect(fault(decoder, event + [0xA3, 0x1F, 0xAC, 0x1F])?.kind == .malformed)
        // The first message of the file is another one.
        #expect(fault(decoder, Array(event[..<5]) + [0] + Array(event[7...]))?.kind == .unknownSchema)
    }

    /// Elements without a size would never end, whatever the block says.
    @Test func arraysOfNothingAreBounded() throws {
        let schema = TransactionSchema(
            name: "a", fields: .init(id: "id", user: "id", time: "time", amount: "amount"),
            timeFormat: .epochMilliseconds)
        let text = """
            {"type": "record", "name": "a", "fields": [{"name": "n", "type": {"type": "array", "items": "null"}},
            {"name": "id", "type": "string"}, {"name": "time", "type": "long"}, {"name": "amount", "type": "float"}]}
            """
        let decoder = try AvroDecoder(schema: schema, texts: [1: Array(text.utf8)])
        func read(_ block: [UInt8]) throws -> Transaction {
            try (frame + block + rest).withUnsafeBytes { try decoder.decode($0, messageTimestamp: nil) }
        }
        let frame: [UInt8] = [0, 0, 0, 0, 1]
        let rest: [UInt8] = [0, 2, 0x78] + zigzag(1_767_571_200_000) + [0, 0, 0x40, 0x40]
        #expect(try read([20]).amount == 3)
        #expect(throws: EventFault.self) { try read(zigzag(.max)) }
        #expect(throws: EventFault.self) { try read(zigzag(.min) + zigzag(1000)) }
    }

    @Test(
        arguments: [
            ([0x7F], 0, 127), ([0x80], 0, -128), ([0xFF, 0x7F], 0, -129), ([0, 0, 0, 1], 2, 0.01), ([], 3, 0),
            ([0xFF], 1, -0.1), ([0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 0, 0x1p64),
            ([0x80, 0, 0, 0, 0, 0, 0, 0], 0, -9_223_372_036_854_775_808),
            ([0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 0, -0x1p63),
            ([0x80, 0, 0, 0, 0, 0, 0, 0, 0], 0, -0x1p71), ([1], 30, 1e-30),
        ] as [([UInt8], Int, Double)])
    func decimalsAreTheirValue(bytes: [UInt8], scale: Int, value: Double) {
        let read = bytes.withUnsafeBytes { AvroDecimal.value($0, scale: scale) }
        #expect(abs(read - value) <= abs(value) * 1e-15)
    }

    private func zigzag(_ value: Int64) -> [UInt8] {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// What is wrong with a schema file is said before anything is read.
    @Test(arguments: [
        ("format: avro", "schemas"), ("schemas: { 1: a.avsc }", "schemas"), ("format: xml", "format"),
        ("format: avro\nschemas: { a: a.avsc }", "schemas"), ("format: avro\nschemas: { 1: none.avsc }", "schemas.1"),
        ("format: protobuf\nschemas: { 1: a.avsc }", "message"), ("format: avro\nschemas: { 1: a.avsc }", "schemas"),
        ("format: protobuf\nschemas: { 1: a.avsc }\nmessage: m", "schemas"),
        ("format: avro\nschemas: { 1: b.avsc }", "schemas"), ("format: avro\nschemas: { 1: c.avsc }", "schemas"),
    ])
    func faultsOfSchemaFilesNameTheField(lines: String, field: String) throws {
        let directory = try TemporaryDirectory()
        let fields = "name: x\nfields: { id: id, user: u, time: t, amount: a }\n"
        _ = try directory.write("a.avsc", "{\"type\": \"record\"")
        _ = try directory.write(
            "b.avsc", #"{"type": "record", "name": "b", "fields": [{"name": "id", "type": "string"}]}"#)
        _ = try directory.write(
            "c.avsc",
            #"{"type": "record", "name": "b", "fields": [{"name": "id", "type": {"type": "array", "items": "int"}}]}"#)
        let path = try directory.write("schema.yaml", fields + lines + "\n")
        let error = #expect(throws: SchemaError.self) {
            try EventFormat.load(path: path, for: TransactionSchema.parse(yaml: fields, file: "model"))
        }
        #expect(error?.field == field, "\(error.map { "\($0)" } ?? "")")
    }

    @Test func anotherModelsEntitiesAreRefused() throws {
        let path = "\(Self.fixtures)/payments-avro.yaml"
        var model = try TransactionSchema.load(path: path)
        model.entities.swapAt(0, 1)
        #expect(throws: SchemaError.self) { try EventFormat.load(path: path, for: model) }
    }
}
