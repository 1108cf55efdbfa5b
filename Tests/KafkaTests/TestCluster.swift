import Foundation
import Kafka
import Testing

/// The cluster of the tests: `VIGIL_TEST_BROKERS` if set, else an embedded broker shared by all of them.
enum TestCluster {
    static let external = ProcessInfo.processInfo.environment["VIGIL_TEST_BROKERS"].flatMap { $0.isEmpty ? nil : $0 }
    static let isEmbedded = external == nil
    private static let embedded = Result { try EmbeddedBroker() }

    /// Short sessions: the embedded broker waits one less 1 s before a rebalance, but its first join takes 3 s.
    /// Real brokers refuse less than 6 s.
    static let groupProperties = [
        "session.timeout.ms": isEmbedded ? "3500" : "6000", "heartbeat.interval.ms": "100",
    ]

    static func settings(_ properties: [String: String] = [:]) throws -> KafkaSettings {
        let servers = try external ?? embedded.get().bootstrapServers
        return KafkaSettings(bootstrapServers: servers, properties: properties)
    }

    /// A new topic with a name of its own.
    static func makeTopic(partitions: Int32 = 1) throws -> String {
        let name = unique("topic")
        if isEmbedded {
            try embedded.get().createTopic(name, partitions: partitions)
        } else {
            let admin = try KafkaAdmin(settings: settings())
            try admin.createTopics(
                [TopicSpecification(name: name, partitions: partitions)], timeoutMilliseconds: 10_000)
            try wait("topic \(name) is known") {
                try admin.describeCluster(timeoutMilliseconds: 5000).topics.contains {
                    $0.name == name && $0.partitions.allSatisfy { $0.leader != nil }
                }
            }
        }
        return name
    }

    static func unique(_ kind: String) -> String { "vigil-test-\(kind)-\(UUID().uuidString.prefix(13))" }

    /// Produces the records and waits for all of them to be written.
    static func publish(_ records: [ProducerRecord]) throws {
        let producer = try KafkaProducer(settings: settings())
        for record in records { try producer.produce(record) }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 15_000)
        #expect(reports.count == records.count)
        #expect(reports.allSatisfy { $0.error == nil })
    }

    /// Values `0..<count` as text, all to one partition.
    static func publishNumbers(_ count: Int, to partition: TopicPartition) throws {
        try publish(
            (0..<count).map { number in
                ProducerRecord(
                    topic: partition.topic, partition: partition.partition, value: Array("\(number)".utf8))
            })
    }

    /// Waits for a condition, or fails the test.
    static func wait(within seconds: Double = 600, _ what: Comment, _ condition: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            try #require(Date() < end, "waited in vain: \(what)")
            Thread.sleep(forTimeInterval: 0.005)
        }
    }
}

/// A message taken out of its batch.
struct Received: Equatable {
    var partition: TopicPartition
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [KafkaHeader]
    var timestamp: Int64?

    init(_ message: KafkaMessage) {
        partition = message.topicPartition
        offset = message.offset
        key = message.key.map { Array($0) }
        value = message.value.map { Array($0) }
        headers = message.headers
        timestamp = message.timestampMilliseconds
    }
}

extension KafkaConsumer {
    /// Polls until so many messages have come.
    func take(_ count: Int, maximum: Int = 1000) throws -> [Received] {
        var received: [Received] = []
        try TestCluster.wait("\(count) messages") {
            let batch = try poll(maximum: Swift.min(maximum, count - received.count), timeoutMilliseconds: 100)
            received += batch.map { Received($0) }
            return received.count >= count
        }
        return received
    }
}
