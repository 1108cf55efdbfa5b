import Foundation
import Kafka
import Logging
import Postgres
import Testing

@testable import Pipeline

/// The brokers of the tests: `VIGIL_TEST_BROKERS` if set, else an embedded broker shared by all of them.
enum TestBrokers {
    static let external = ProcessInfo.processInfo.environment["VIGIL_TEST_BROKERS"].flatMap { $0.isEmpty ? nil : $0 }
    private static let embedded = Result { try EmbeddedBroker() }

    static func settings() throws -> KafkaSettings {
        KafkaSettings(bootstrapServers: try external ?? embedded.get().bootstrapServers)
    }

    /// Short sessions, or a rebalance of the embedded broker takes long; real brokers refuse less than 6 s.
    static func groupSettings() throws -> KafkaSettings {
        try settings().adding([
            "session.timeout.ms": external == nil ? "4000" : "6000", "heartbeat.interval.ms": "100",
            "fetch.wait.max.ms": "10",
        ])
    }

    /// New topics with names of their own, inputs of so many partitions.
    static func makeTopics(partitions: Int32 = 1) throws -> TopicNames {
        let suffix = UUID().uuidString.prefix(13)
        var topics = TopicNames()
        topics.transactions = "vigil-test-transactions-\(suffix)"
        topics.labels = "vigil-test-labels-\(suffix)"
        topics.review = "vigil-test-review-\(suffix)"
        topics.deadLetters = "vigil-test-dead-\(suffix)"
        topics.sequences = "vigil-test-sequences-\(suffix)"
        topics.entities = "vigil-test-entities-\(suffix)"
        for name in topics.all {
            let count = [topics.transactions, topics.sequences].contains(name) ? partitions : 1
            if external == nil {
                try embedded.get().createTopic(name, partitions: count)
            } else {
                try KafkaAdmin(settings: settings()).createTopics(
                    [TopicSpecification(name: name, partitions: count)], timeoutMilliseconds: 10_000)
            }
        }
        return topics
    }

    /// Produces the records and waits for all of them to be written.
    static func publish(_ records: [ProducerRecord]) throws {
        let producer = try KafkaProducer(settings: settings())
        for record in records { try producer.produce(record) }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 15_000)
        #expect(reports.count == records.count && reports.allSatisfy { $0.error == nil })
    }

    /// All that a topic holds now.
    static func readAll(_ topic: String) throws -> [Received] {
        let consumer = try KafkaConsumer(settings: settings())
        defer { try? consumer.close() }
        let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: 10_000)
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, KafkaOffset.earliest) }))
        var received: [Received] = []
        var ended: Set<TopicPartition> = []
        try wait("\(topic) to its end") {
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 100)
            received += batch.map { Received($0) }
            ended.formUnion(batch.endsOfPartitions.keys)
            return ended.count == partitions.count
        }
        return received
    }
}

/// A message taken out of its batch.
struct Received {
    var key: [UInt8]?
    var value: [UInt8]?
    private var headers: [KafkaHeader]

    init(_ message: KafkaMessage) {
        key = message.key.map { Array($0) }
        value = message.value.map { Array($0) }
        headers = message.headers
    }

    subscript(header: String) -> String? { headers.first { $0.name == header }?.text }
}

/// A migrated database of its own on the tests' server: the one `VIGIL_TEST_POSTGRES` names, else a throwaway one.
/// Dropped with the last reference.
final class TestDatabase: Sendable {
    private static let throwaway = Result { try ThrowawayServer() }
    let settings: PostgresSettings
    private let administration: PostgresSettings

    init() throws {
        if let text = ProcessInfo.processInfo.environment["VIGIL_TEST_POSTGRES"] {
            administration = try PostgresSettings(url: text)
        } else {
            administration = try Self.throwaway.get().settings
        }
        let name = "vigil_test_\(UInt64.random(in: 0...UInt64.max))"
        try PostgresConnection(administration).run(script: "CREATE DATABASE \(name) TEMPLATE template0")
        settings = administration.with(database: name)
        _ = try Migrator().migrate(connect())
    }

    deinit {
        guard let name = settings.database else { return }
        try? PostgresConnection(administration).run(script: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    func connect() throws(PostgresError) -> PostgresConnection { try PostgresConnection(settings) }

    /// The one number a query gives.
    func number(_ query: String) throws -> Int64 {
        let rows = try connect().execute("SELECT number FROM (\(query)) AS query (number)")
        return try #require(rows.first).value("number")
    }

    /// Ends connections to this database, all but the asking one or those that meet the condition; returns how many.
    @discardableResult
    func killConnections(where condition: String = "true") throws -> Int {
        try connect().execute(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND \(condition)
            """
        ).count
    }
}

extension Logger {
    /// What the service has to say of faults that a test made is no news.
    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
