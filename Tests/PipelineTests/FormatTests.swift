import Evaluation
import Foundation
import Kafka
import Logging
import Postgres
import Rules
import Testing
import Transactions

@testable import Pipeline

/// A way to write payments, by hand: the libraries that others use are `EventFormatTests`' business.
struct BinaryDialect: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    let schemaFile: (name: String, content: Data)
    /// A record without its frame.
    let record: @Sendable (_ number: Int, _ amount: Double) -> [UInt8]
    /// Between the frame's schema id and the record.
    var messageIndexes: [UInt8] = []

    func payment(_ number: Int, schema: UInt8 = 7, amount: Double = 80) -> [UInt8] {
        [0, 0, 0, 0, schema] + messageIndexes + record(number, amount)
    }

    /// The directory is the caller's to remove.
    func format(in directory: URL) throws -> EventFormat {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try schemaFile.content.write(to: directory.appendingPathComponent(schemaFile.name))
        let file = directory.appendingPathComponent("schema.yaml")
        try Data((Self.fields + yaml).utf8).write(to: file)
        return try EventFormat.load(path: file.path, for: SmallModel.schema)
    }

    private static let fields = """
        name: payments
        fields: { id: id, user: card, time: at, amount: euros }
        entities: [{ name: terminal, field: shop.terminal, risk: true }]
        features: [{ name: category, kind: category, field: shop.kind }]

        """

    private static func variable(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func zigzag(_ value: Int64) -> [UInt8] { variable(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private static func littleEndian(_ value: Double) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
    }

    static let avro = BinaryDialect(
        testDescription: "avro",
        yaml: """
            format: avro
            schemas: { 7: payment.avsc }
            """,
        schemaFile: (
            "payment.avsc",
            Data(
                """
                {"type": "record", "name": "Payment", "fields": [
                {"name": "shop", "type": {"type": "record", "name": "Shop", "fields": [
                {"name": "terminal", "type": ["null", "string"]},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["fuel", "shop"]}}]}},
                {"name": "id", "type": "string"}, {"name": "card", "type": "long"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "euros", "type": "double"}]}
                """.utf8)
        ),
        record: { number, amount in
            func text(_ text: String) -> [UInt8] { zigzag(Int64(text.utf8.count)) + Array(text.utf8) }
            return (number % 2 == 0 ? [2] + text("t\(number % 5)") : [0]) + zigzag(Int64(number % 2))
                + text("x\(number)") + zigzag(Int64(number % 3)) + zigzag(Feeds.start + Int64(number) * 1000)
                + littleEndian(amount)
        })

    /// Its schema file is the descriptor set of: message Payment { Shop shop = 1; string id = 2; int64 card = 3; int64 at = 4;
    /// double euros = 5; }, message Shop { string terminal = 1; Kind kind = 2; }, enum Kind { fuel = 0; shop = 1; }.
    static let protobuf = BinaryDialect(
        testDescription: "protobuf",
        yaml: """
            time_format: epoch_milliseconds
            format: protobuf
            schemas: { 7: payment.desc }
            message: shop.Payment
            """,
        schemaFile: (
            "payment.desc",
            Data(
                base64Encoded: """
                    CvIBCg1wYXltZW50LnByb3RvEgRzaG9wIkIKBFNob3ASGgoIdGVybWluYWwYASABKAlSCHRlcm1pbmFsEh4KBGtpbmQYAiABKA4y\
                    Ci5zaG9wLktpbmRSBGtpbmQicwoHUGF5bWVudBIeCgRzaG9wGAEgASgLMgouc2hvcC5TaG9wUgRzaG9wEg4KAmlkGAIgASgJUgJp\
                    ZBISCgRjYXJkGAMgASgDUgRjYXJkEg4KAmF0GAQgASgDUgJhdBIUCgVldXJvcxgFIAEoAVIFZXVyb3MqGgoES2luZBIICgRmdWVs\
                    EAASCAoEc2hvcBABYgZwcm90bzM=
                    """) ?? Data()
        ),
        record: { number, amount in
            func text(_ field: UInt8, _ text: [UInt8]) -> [UInt8] {
                [field << 3 | 2] + variable(UInt64(text.count)) + text
            }
            func integer(_ field: UInt8, _ value: Int64) -> [UInt8] { [field << 3] + variable(UInt64(value)) }
            let terminal = number % 2 == 0 ? text(1, Array("t\(number % 5)".utf8)) : []
            return text(1, terminal + integer(2, Int64(number % 2))) + text(2, Array("x\(number)".utf8))
                + integer(3, Int64(number % 3)) + integer(4, Feeds.start + Int64(number) * 1000)
                + [5 << 3 | 1] + littleEndian(amount)
        },
        // Payment is its file's second message.
        messageIndexes: [2, 2])
}

/// Events in Avro and Protobuf, from the broker to the alert, and again in a replay.
@Suite(.ownThread) struct FormatTests {
    @Test(arguments: [BinaryDialect.avro, .protobuf])
    func binaryEventsAreDecidedAndWhatIsUnknownIsSetAside(_ dialect: BinaryDialect) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let format = try dialect.format(in: directory)
        let topics = try TestBrokers.makeTopics()
        let database = try TestDatabase()
        let bad = [
            dialect.payment(90, schema: 8), Array(dialect.payment(91).dropLast(3)), dialect.payment(92, amount: .nan),
            Array(#"{"id":"x"}"#.utf8),
        ]
        let values = (0..<40).map { dialect.payment($0) } + bad
        try TestBrokers.publish(
            values.map {
                ProducerRecord(
                    topic: topics.transactions, partition: 0, key: nil, value: $0,
                    timestampMilliseconds: Feeds.start + 40_000_000)
            })
        var configuration = try PipelineConfiguration.flagsAll(topics, database.settings)
        configuration.format = format
        let service = PipelineService(configuration, logger: .quiet)
        let running = Task(executorPreference: .ownThread) { try await service.run() }
        let decided = Result {
            try wait("everything decided") {
                try database.number(
                    """
                    SELECT coalesce(sum(next_offset), 0)::bigint FROM vigil.stream_progress
                    WHERE topic = '\(topics.transactions)'
                    """) == Int64(values.count)
            }
        }
        running.cancel()
        try await running.value
        try decided.get()
        let rows = try database.connect().execute(
            "SELECT transaction_id, user_pseudonym, score FROM vigil.alerts ORDER BY record_offset")
        #expect(try rows.map { try $0.value("transaction_id") as String } == (0..<40).map { "x\($0)" })
        #expect(try rows.map { try $0.value("user_pseudonym") as String } == (0..<40).map { "\($0 % 3)" })
        let letters = try TestBrokers.readAll(topics.deadLetters)
        #expect(letters.map { $0["reason"] } == ["unknown_schema", "malformed", "out_of_range", "malformed"])
        #expect(letters[2]["detail"]?.contains("euros") == true)
        // Byte for byte, so that they can be sent again once their schema is configured.
        #expect(letters.map(\.value) == bad)

        var input = KafkaReplayInput(kafka: configuration.kafka, transactions: topics.transactions, labels: nil)
        input.format = format
        let replayed = try ReplayEngine(
            [ReplayEntrant(name: "champion", model: configuration.model, rules: configuration.rules)],
            options: ReplayOptions(labelDelayMilliseconds: 0)
        ).run(.kafka(input))
        #expect(replayed.faults == bad.count)
        let scores: [Float] = try rows.map { try $0.value("score") }
        #expect(replayed.table.contenders.map { Array($0.scores) } == [scores])
    }
}
