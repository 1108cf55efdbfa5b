import Foundation
import Kafka
import Testing

/// What `vigil dead-letters` makes of the dead-letter topic.
@Suite struct CommandTestsDeadLetters {
    /// To the partition it came from, whatever partitioner the producer of the topic used: the user's order is there.
    @Test(arguments: [0, 1, 2, 3]) func aRequeuedRecordGoesWhereItCameFrom(partition: Int32) async throws {
        let transactions = try TestBrokers.makeTopic("transactions", partitions: 4)
        let letters = try TestBrokers.makeTopic("letters", partitions: 1)
        let producer = try KafkaProducer(settings: TestBrokers.settings())
        try producer.produce(
            ProducerRecord(
                topic: letters, partition: 0, key: Array("user".utf8), value: Array("{\"id\": 1}".utf8),
                headers: [
                    KafkaHeader(name: "reason", text: "field_missing"), KafkaHeader(name: "detail", text: "no amount"),
                    KafkaHeader(name: "source_topic", text: transactions),
                    KafkaHeader(name: "source_partition", text: "\(partition)"),
                    KafkaHeader(name: "source_offset", text: "7"),
                ], timestampMilliseconds: 1_700_000_000_000))
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 60_000)
        let options = [
            "--brokers", try TestBrokers.settings().bootstrapServers, "--set", "topics.transactions=\(transactions)",
            "--set", "topics.dead_letters=\(letters)",
        ]
        let list = try await VigilProcess(["dead-letters", "list"] + options + ["--json"]).outcome()
        #expect(list.status == 0 && list.output.contains("[\(partition)]@7"), "\(list.errors)")
        let requeued = try await VigilProcess(["dead-letters", "requeue", "0:0"] + options + ["--json"]).outcome()
        #expect(requeued.status == 0, "\(requeued.errors)")
        #expect(try requeued.json()["requeued"] as? Int == 1)
        let read = try TestBrokers.readAll(transactions)
        #expect(read.keys.sorted() == [partition])
        let record = try #require(read[partition]?.first)
        #expect(record.key == "user" && record.timestamp == 1_700_000_000_000)
        #expect(String(decoding: record.value, as: UTF8.self) == "{\"id\": 1}")
        let missing = try await VigilProcess(["dead-letters", "requeue", "0:1"] + options).outcome()
        #expect(missing.status == 1 && missing.errors.contains("no dead letter 0:1"))
    }
}
