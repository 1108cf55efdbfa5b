import Synchronization
import Testing

@testable import Kafka

@Suite("Manual assignment and offsets", .ownThread)
struct AssignmentTests {
    @Test("starts at the offset given, and goes on where seek says")
    func assignAndSeek() throws {
        let partition = TopicPartition(topic: try TestCluster.makeTopic(), partition: 0)
        try TestCluster.publishNumbers(20, to: partition)
        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        try consumer.assign([partition: 15])
        #expect(try consumer.take(5).map(\.offset) == [15, 16, 17, 18, 19])
        #expect(try consumer.positions([partition]) == [partition: 20])
        try consumer.seek([partition: 3], timeoutMilliseconds: 5000)
        #expect(try consumer.take(2).map(\.offset) == [3, 4])
        try consumer.assign([partition: 18])
        #expect(try consumer.take(2).map(\.offset) == [18, 19])
        #expect(try consumer.assignment() == [partition])
        try consumer.close()
    }

    @Test("a paused partition gives nothing, and goes on without a gap when resumed")
    func pauseAndResume() throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
        for partition in partitions { try TestCluster.publishNumbers(100, to: partition) }
        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        try consumer.assign([partitions[0]: 0])
        let before = try consumer.take(10)
        // The rest has been fetched by now or soon; it must not come all the same.
        try TestCluster.wait("messages fetched ahead") { consumer.waitingCount >= 90 }
        try consumer.pause([partitions[0]])
        for _ in 0..<5 {
            #expect(try consumer.poll(maximum: 100, timeoutMilliseconds: 30).isEmpty)
        }
        try consumer.resume([partitions[0]])
        let after = try consumer.take(90)
        #expect((before + after).map(\.offset) == Array(0..<100))
        try consumer.close()
    }

    @Test("committed offsets are the group's, partition by partition")
    func commit() throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
        let group = TestCluster.unique("group")
        let consumer = try KafkaConsumer(settings: TestCluster.settings(), groupID: group)
        #expect(try consumer.committed(partitions, timeoutMilliseconds: 10_000) == [:])
        try consumer.commit([partitions[1]: 42], timeoutMilliseconds: 10_000)
        #expect(try consumer.committed(partitions, timeoutMilliseconds: 10_000) == [partitions[1]: 42])
        try consumer.commitLater([partitions[0]: 7])
        let other = try KafkaConsumer(settings: TestCluster.settings(), groupID: group)
        try TestCluster.wait("the later commit") {
            try other.committed(partitions, timeoutMilliseconds: 5000) == [partitions[0]: 7, partitions[1]: 42]
        }
        try other.close()
        try consumer.close()
    }

    @Test("watermarks, partitions and offsets by time")
    func questions() throws {
        let topic = try TestCluster.makeTopic(partitions: 3)
        let partition = TopicPartition(topic: topic, partition: 2)
        try TestCluster.publish(
            (0..<4).map {
                ProducerRecord(topic: topic, partition: 2, value: [], timestampMilliseconds: 1000 + 10 * $0)
            })
        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        #expect(try consumer.watermarks(of: partition, timeoutMilliseconds: 5000) == 0..<4)
        #expect(try consumer.ends(of: [partition], timeoutMilliseconds: 5000) == [partition: 4])
        #expect(
            try consumer.partitions(of: topic, timeoutMilliseconds: 5000)
                == (0..<3).map { TopicPartition(topic: topic, partition: $0) })
        let unknown = #expect(throws: KafkaError.self) {
            try consumer.partitions(of: TestCluster.unique("none"), timeoutMilliseconds: 5000)
        }
        #expect(unknown?.code == .unknownTopicOrPartition)
        let byTime = try consumer.offsets(forTimes: [partition: 1015], timeoutMilliseconds: 5000)
        #expect(byTime == (TestCluster.isEmbedded ? [:] : [partition: 2]))
        try consumer.close()
    }

    @Test("messages of partitions that go while a batch is being filled are not handed out")
    func departed() throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
        for partition in partitions { try TestCluster.publishNumbers(10, to: partition) }
        let consumer = try KafkaConsumer(settings: TestCluster.settings())
        try consumer.assign([partitions[0]: 0, partitions[1]: 0])
        var builder = BatchBuilder(capacity: 20)
        try TestCluster.wait("both partitions") {
            builder.fill(
                maximum: 20, timeoutMilliseconds: 100, client: consumer.client, rebalances: consumer.rebalances)
            return builder.messages.count == 20
        }
        consumer.rebalances.depart([partitions[0]])
        builder.fill(maximum: 21, timeoutMilliseconds: 0, client: consumer.client, rebalances: consumer.rebalances)
        let batch = builder.finish(consumer.client)
        #expect(batch.partitions == [partitions[1]])
        #expect(batch.map(\.offset) == Array(0..<10))
        #expect(batch.endsOfPartitions[partitions[0]] == nil)
        try consumer.close()
    }

    @Test("a closed consumer and a second polling thread are refused, not a crash")
    func misuse() async throws {
        let partition = TopicPartition(topic: try TestCluster.makeTopic(), partition: 0)
        let consumer = try KafkaConsumer(settings: TestCluster.settings(["enable.partition.eof": "false"]))
        try consumer.assign([partition: 0])
        let isDone = Atomic(false)
        async let polling: Void = pollInTurn(consumer, until: isDone)
        var refusal: KafkaError?
        try TestCluster.wait("a poll beside another is refused") {
            do {
                _ = try consumer.poll(maximum: 1, timeoutMilliseconds: 0)
            } catch let error as KafkaError {
                refusal = error
            }
            return refusal != nil
        }
        #expect(refusal?.code == .conflict)
        isDone.store(true, ordering: .releasing)
        await polling
        try consumer.close()
        try consumer.close()
        #expect(throws: KafkaError.self) { try consumer.poll(maximum: 1, timeoutMilliseconds: 0) }
    }

    @concurrent
    private func pollInTurn(_ consumer: KafkaConsumer, until isDone: borrowing Atomic<Bool>) async {
        while !isDone.load(ordering: .acquiring), !Task.isCancelled {
            _ = try? consumer.poll(maximum: 1, timeoutMilliseconds: 100)
        }
    }
}
