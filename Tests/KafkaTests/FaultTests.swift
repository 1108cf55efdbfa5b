import Kafka
import Testing

/// Each with a broker of its own, since they break it.
@Suite("Faults", .ownThread, .enabled(if: TestCluster.isEmbedded))
struct FaultTests {
    private let broker: EmbeddedBroker
    private let partition = TopicPartition(topic: "faults", partition: 0)

    init() throws {
        broker = try EmbeddedBroker(brokers: 2)
        try broker.createTopic(partition.topic, partitions: 1)
    }

    @Test("a broker that is down fails the delivery after its time, with the tag")
    func brokerDown() throws {
        let producer = try KafkaProducer(settings: broker.settings.adding(["message.timeout.ms": "500"]))
        try broker.takeDown()
        try producer.produce(ProducerRecord(topic: partition.topic, value: [1], tag: 77))
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        #expect(reports.map(\.tag) == [77])
        #expect(reports.first?.error?.code == .messageTimedOut)
    }

    @Test("retriable produce errors and a cut connection lose and repeat nothing")
    func produceErrors() throws {
        let producer = try KafkaProducer(settings: broker.settings.adding(["retry.backoff.ms": "10"]))
        try broker.fail(.produce, with: [.notLeader, .requestTimedOut, .transport])
        for number in 0..<50 as Range<UInt64> {
            try producer.produce(ProducerRecord(topic: partition.topic, partition: 0, value: [1], tag: number))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 20_000)
        #expect(reports.allSatisfy { $0.error == nil })
        #expect(reports.map(\.offset) == (0..<50).map { Int64($0) })
    }

    @Test("a consumer goes on after its broker was down, and after the leader moved")
    func consumerRecovers() throws {
        let producer = try KafkaProducer(settings: broker.settings)
        let consumer = try KafkaConsumer(
            settings: broker.settings.adding([
                "reconnect.backoff.max.ms": "200", "topic.metadata.refresh.interval.ms": "500",
            ]))
        try consumer.assign([partition: KafkaOffset.earliest])
        func send() throws {
            try producer.produce(ProducerRecord(topic: partition.topic, partition: 0, value: [1]))
            var reports: [DeliveryReport] = []
            try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        }
        try send()
        #expect(try consumer.take(1).map(\.offset) == [0])
        try broker.takeDown()
        var errors: [KafkaError] = []
        try TestCluster.wait("the consumer notices") {
            errors += try consumer.poll(maximum: 1, timeoutMilliseconds: 50).errors
            return !errors.isEmpty
        }
        #expect(errors.allSatisfy { $0.isRetriable && !$0.isFatal })
        try broker.bringUp()
        try send()
        #expect(try consumer.take(1).map(\.offset) == [1])
        for leader in [1, 2] as [Int32] {
            try broker.setLeader(of: partition, broker: leader)
            try send()
        }
        #expect(try consumer.take(2).map(\.offset) == [2, 3])
        try consumer.close()
    }

    @Test("watermarks are true or an error, however many of their requests fail", arguments: 1...7)
    func watermarksOfFailedRequests(failures: Int) throws {
        let producer = try KafkaProducer(settings: broker.settings)
        for _ in 0..<4 { try producer.produce(ProducerRecord(topic: partition.topic, partition: 0, value: [1])) }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 10_000)
        let consumer = try KafkaConsumer(settings: broker.settings)
        #expect(try consumer.watermarks(of: partition, timeoutMilliseconds: 5000) == 0..<4)
        try broker.fail(.listOffsets, with: Array(repeating: .notLeader, count: failures))
        var answer: Range<Int64>?
        try TestCluster.wait("an answer") {
            do {
                answer = try consumer.watermarks(of: partition, timeoutMilliseconds: 5000)
            } catch let error as KafkaError where error.isRetriable {}
            return answer != nil
        }
        #expect(answer == 0..<4)
        try consumer.close()
    }

    @Test("a commit without coordinator ends by its timeout, and close by its own")
    func bounded() throws {
        let consumer = try KafkaConsumer(settings: broker.settings, groupID: "bounded")
        try broker.takeDown()
        let clock = ContinuousClock()
        let taken = clock.measure {
            let error = #expect(throws: KafkaError.self) {
                try consumer.commit([partition: 1], timeoutMilliseconds: 300)
            }
            #expect(error?.isRetriable == true)
        }
        #expect(taken < .seconds(3))
        #expect(clock.measure { try? consumer.close(timeoutMilliseconds: 300) } < .seconds(3))
    }

    @Test("a stopped broker refuses, twice stopped is fine")
    func stopped() throws {
        broker.stop()
        broker.stop()
        #expect(throws: KafkaError.self) { try broker.createTopic("late", partitions: 1) }
    }
}
