import Kafka
import Testing

@Suite("Produce and consume", .ownThread)
struct RoundTripTests {
    @Test("keys, values, headers and timestamps arrive as they were sent, absent ones absent")
    func everything() throws {
        let topic = try TestCluster.makeTopic()
        let headers = [
            KafkaHeader(name: "reason", text: "late"), KafkaHeader(name: "reason", text: "again"),
            KafkaHeader(name: "empty", value: []), KafkaHeader(name: "none", value: nil),
        ]
        let big = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let records = [
            ProducerRecord(
                topic: topic, key: [1, 0, 255], value: [9, 8], headers: headers,
                timestampMilliseconds: 1_523_145_600_123),
            ProducerRecord(topic: topic, key: nil, value: [7]),
            ProducerRecord(topic: topic, key: [2], value: nil),
            ProducerRecord(topic: topic, key: [3], value: []),
            ProducerRecord(topic: topic, key: [], value: big.dropLast(1000)),
            ProducerRecord(topic: topic, key: nil, value: nil),
        ]
        // One message of 1 MB with its key is more than message.max.bytes' default of 1,000,000.
        try TestCluster.publish(records)

        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        let partition = TopicPartition(topic: topic, partition: 0)
        try consumer.assign([partition: KafkaOffset.earliest])
        let received = try consumer.take(records.count)
        #expect(received.map(\.key) == records.map(\.key))
        #expect(received.map(\.value) == records.map(\.value))
        #expect(received.map(\.offset) == [0, 1, 2, 3, 4, 5])
        #expect(received.allSatisfy { $0.partition == partition })
        #expect(received[0].headers == headers)
        #expect(received[1].headers == [])
        #expect(received[0].timestamp == 1_523_145_600_123)
        #expect((received[1].timestamp ?? 0) > 1_700_000_000_000)
        try consumer.close()
    }

    @Test("a message stays readable after the batch, the consumer and its close")
    func lifetime() throws {
        let topic = try TestCluster.makeTopic()
        try TestCluster.publishNumbers(3, to: TopicPartition(topic: topic, partition: 0))
        var kept: KafkaMessage?
        do {
            let consumer = try KafkaConsumer(settings: TestCluster.settings())
            try consumer.assign([TopicPartition(topic: topic, partition: 0): 2])
            try TestCluster.wait("a message") {
                kept = try consumer.poll(maximum: 10, timeoutMilliseconds: 100).first
                return kept != nil
            }
            try consumer.close()
        }
        #expect(kept?.value.map { Array($0) } == Array("2".utf8))
        #expect(kept?.topicPartition.topic == topic)
    }

    @Test("poll takes no more than asked for, in order, and tells the end of a partition")
    func batches() throws {
        let partition = TopicPartition(topic: try TestCluster.makeTopic(), partition: 0)
        try TestCluster.publishNumbers(25, to: partition)
        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        try consumer.assign([partition: KafkaOffset.earliest])
        var sizes: [Int] = []
        var offsets: [Int64] = []
        var ends: [TopicPartition: Int64] = [:]
        try TestCluster.wait("the end of the partition") {
            let batch = try consumer.poll(maximum: 10, timeoutMilliseconds: 100)
            sizes.append(batch.count)
            offsets += batch.map(\.offset)
            ends.merge(batch.endsOfPartitions) { $1 }
            return !ends.isEmpty
        }
        #expect(offsets == Array(0..<25))
        #expect(sizes.max() == 10)
        #expect(ends == [partition: 25])
        #expect(consumer.cachedWatermarks(of: partition)?.upperBound == 25)
        try consumer.close()
    }

    @Test("keyed messages go where Java's partitioner sends them")
    func partitioner() throws {
        let topic = try TestCluster.makeTopic(partitions: 10)
        let keys = ["customer-1", "customer-2", "a", "kafka"]
        let producer = try KafkaProducer(settings: TestCluster.settings())
        for (tag, key) in keys.enumerated() {
            try producer.produce(ProducerRecord(topic: topic, key: Array(key.utf8), value: [], tag: UInt64(tag)))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        let partitions = reports.sorted { $0.tag < $1.tag }.map(\.partition)
        #expect(partitions == keys.map { Int32(murmur2(Array($0.utf8)) & 0x7fff_ffff) % 10 })
    }

    /// Kafka's `Utils.murmur2`, written again.
    private func murmur2(_ bytes: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var hash: UInt32 = 0x9747_b28c ^ UInt32(bytes.count)
        let whole = bytes.count / 4 * 4
        for start in stride(from: 0, to: whole, by: 4) {
            var k = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
            k = k &* m
            k ^= k >> 24
            k = k &* m
            hash = hash &* m ^ k
        }
        let tail = bytes[whole...]
        for (position, byte) in tail.enumerated() { hash ^= UInt32(byte) << (8 * UInt32(position)) }
        if !tail.isEmpty { hash = hash &* m }
        hash ^= hash >> 13
        hash = hash &* m
        return hash ^ hash >> 15
    }
}
