import Kafka
import Testing

@Suite("Producer", .ownThread)
struct ProducerTests {
    @Test("each message's tag comes back with where it was written")
    func reports() throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let producer = try KafkaProducer(settings: TestCluster.settings())
        let tags: [UInt64] = [.max, 0, 1 << 63, 5]
        for (position, tag) in tags.enumerated() {
            try producer.produce(
                ProducerRecord(topic: topic, partition: Int32(position % 2), value: [1], tag: tag))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        #expect(producer.outstandingCount == 0)
        let byTag = Dictionary(uniqueKeysWithValues: reports.map { ($0.tag, $0) })
        #expect(tags.map { byTag[$0]?.partition } == [0, 1, 0, 1])
        #expect(tags.map { byTag[$0]?.offset } == [0, 0, 1, 1])
        #expect(reports.allSatisfy { $0.error == nil })
    }

    @Test("a message too large is refused at once and named")
    func tooLarge() throws {
        let topic = try TestCluster.makeTopic()
        let producer = try KafkaProducer(settings: TestCluster.settings())
        let error = #expect(throws: KafkaError.self) {
            try producer.produce(ProducerRecord(topic: topic, value: Array(repeating: 0, count: 2_000_000)))
        }
        #expect(error?.code == .messageTooLarge)
        #expect(error?.isRetriable == false)
        #expect(error?.description.contains(topic) == true)
    }

    @Test("a full queue says so, and takes more after a poll")
    func queueFull() throws {
        let topic = try TestCluster.makeTopic()
        let settings = try TestCluster.settings(["queue.buffering.max.messages": "10"])
        let producer = try KafkaProducer(settings: settings)
        var reports: [DeliveryReport] = []
        var refusals = 0
        for tag in 0..<200 as Range<UInt64> {
            let record = ProducerRecord(topic: topic, value: [1], tag: tag)
            while let refusal = refusal(of: record, by: producer) {
                try #require(refusal.code == .queueFull && refusal.isRetriable)
                refusals += 1
                try producer.poll(into: &reports, timeoutMilliseconds: 100)
            }
        }
        try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        #expect(refusals > 0)
        #expect(reports.map(\.tag) == Array(0..<200))
    }

    @Test("purge ends what cannot be delivered, and says so for each message")
    func purge() throws {
        // Nobody listens on port 1.
        let producer = try KafkaProducer(settings: KafkaSettings(bootstrapServers: "127.0.0.1:1"))
        for tag in 1...3 as ClosedRange<UInt64> {
            try producer.produce(ProducerRecord(topic: "nowhere", value: [1], tag: tag))
        }
        var reports: [DeliveryReport] = []
        let error = #expect(throws: KafkaError.self) {
            try producer.flush(into: &reports, timeoutMilliseconds: 50)
        }
        #expect(error?.code == .timedOut)
        #expect(reports.isEmpty)
        try producer.purge()
        try producer.flush(into: &reports, timeoutMilliseconds: 5000)
        #expect(reports.map(\.tag).sorted() == [1, 2, 3])
        #expect(reports.allSatisfy { $0.error?.code == .purgedFromQueue && $0.offset == nil })
    }

    private func refusal(of record: ProducerRecord, by producer: KafkaProducer) -> KafkaError? {
        do {
            try producer.produce(record)
            return nil
        } catch {
            return error
        }
    }
}
