import Foundation
import Kafka
import Logging
import Postgres
import Rules
import Testing
import Transactions

@testable import Pipeline

/// Events in Avro, from the broker to the alert.
@Suite(.ownThread) struct FormatTests {
    private static let avsc = """
        {"type": "record", "name": "Payment", "fields": [
        {"name": "shop", "type": {"type": "record", "name": "Shop", "fields": [
        {"name": "terminal", "type": ["null", "string"]},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["fuel", "shop"]}}]}},
        {"name": "id", "type": "string"}, {"name": "card", "type": "long"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}, {"name": "euros", "type": "double"}]}
        """
    private static let yaml = """
        name: avro
        fields: { id: id, user: card, time: at, amount: euros }
        entities: [{ name: terminal, field: shop.terminal, risk: true }]
        features: [{ name: category, kind: category, field: shop.kind }]
        format: avro
        schemas: { 7: payment.avsc }
        """

    private static func zigzag(_ value: Int64) -> [UInt8] {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func text(_ text: String) -> [UInt8] { zigzag(Int64(text.utf8.count)) + Array(text.utf8) }

    private static func payment(_ number: Int, schema: UInt8 = 7, amount: Double = 80) -> [UInt8] {
        [0, 0, 0, 0, schema] + (number % 2 == 0 ? [2] + text("t\(number % 5)") : [0]) + zigzag(Int64(number % 2))
            + text("x\(number)") + zigzag(Int64(number % 3)) + zigzag(Feeds.start + Int64(number) * 1000)
            + (0..<8).map { UInt8(truncatingIfNeeded: amount.bitPattern >> (8 * UInt64($0))) }
    }

    @Test func avroIsDecidedAndWhatIsUnknownIsSetAside() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data(Self.avsc.utf8).write(to: directory.appendingPathComponent("payment.avsc"))
        let file = directory.appendingPathComponent("schema.yaml")
        try Data(Self.yaml.utf8).write(to: file)
        let topics = try TestBrokers.makeTopics()
        let database = try TestDatabase()
        let bad = [
            Self.payment(90, schema: 8), Array(Self.payment(91).dropLast(3)), Self.payment(92, amount: .nan),
            Array(#"{"id":"x"}"#.utf8),
        ]
        let values = (0..<40).map { Self.payment($0) } + bad
        try TestBrokers.publish(
            values.map {
                ProducerRecord(
                    topic: topics.transactions, partition: 0, key: nil, value: $0,
                    timestampMilliseconds: Feeds.start + 40_000_000)
            })
        var configuration = try PipelineConfiguration.flagsAll(topics, database.settings)
        configuration.format = try EventFormat.load(path: file.path, for: SmallModel.schema)
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
            "SELECT transaction_id, user_pseudonym, amount FROM vigil.alerts ORDER BY record_offset")
        #expect(try rows.map { try $0.value("transaction_id") as String } == (0..<40).map { "x\($0)" })
        #expect(try rows.map { try $0.value("user_pseudonym") as String } == (0..<40).map { "\($0 % 3)" })
        let letters = try TestBrokers.readAll(topics.deadLetters)
        #expect(letters.map { $0["reason"] } == ["unknown_schema", "malformed", "out_of_range", "malformed"])
        #expect(letters[2]["detail"]?.contains("euros") == true)
        // Byte for byte, so that they can be sent again once their schema is configured.
        #expect(letters.map(\.value) == bad)
    }
}
