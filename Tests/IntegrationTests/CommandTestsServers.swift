import Foundation
import Kafka
import Postgres
import Testing

/// The brokers of the tests: `VIGIL_TEST_BROKERS` if set, else an embedded broker shared by all of them.
enum TestBrokers {
    static let external = ProcessInfo.processInfo.environment["VIGIL_TEST_BROKERS"].flatMap { $0.isEmpty ? nil : $0 }
    private static let embedded = Result { try EmbeddedBroker() }

    static func settings() throws -> KafkaSettings {
        KafkaSettings(bootstrapServers: try external ?? embedded.get().bootstrapServers)
    }

    /// A new topic with a name of its own.
    static func makeTopic(_ kind: String, partitions: Int32) throws -> String {
        let name = "vigil-test-\(kind)-\(UUID().uuidString.prefix(13))"
        if external == nil {
            try embedded.get().createTopic(name, partitions: partitions)
        } else {
            try KafkaAdmin(settings: settings()).createTopics(
                [TopicSpecification(name: name, partitions: partitions)], timeoutMilliseconds: 10_000)
        }
        return name
    }

    /// All that a topic holds, by partition; reads until every partition is at its end.
    static func readAll(_ topic: String) throws -> [Int32: [ReadMessage]] {
        let consumer = try KafkaConsumer(settings: settings())
        defer { try? consumer.close() }
        let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: 10_000)
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, KafkaOffset.earliest) }))
        var read: [Int32: [ReadMessage]] = [:]
        var ended: Set<TopicPartition> = []
        let end = ContinuousClock.now + .seconds(600)
        while ended.count < partitions.count {
            try #require(ContinuousClock.now < end, "\(topic) has no end")
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 100)
            for message in batch {
                read[message.topicPartition.partition, default: []].append(ReadMessage(message))
            }
            ended.formUnion(batch.endsOfPartitions.keys)
        }
        return read
    }
}

/// A message taken out of its batch.
struct ReadMessage {
    var key: String?
    var value: [UInt8]
    var timestamp: Int64?

    init(_ message: KafkaMessage) {
        key = message.key.map { String(decoding: $0, as: UTF8.self) }
        value = message.value.map { Array($0) } ?? []
        timestamp = message.timestampMilliseconds
    }
}

/// A database of its own on the tests' server: the one `VIGIL_TEST_POSTGRES` names, else a throwaway one. Dropped with
/// the last reference.
final class CommandDatabase: Sendable {
    private static let throwaway = Result { try ThrowawayServer() }
    let settings: PostgresSettings
    private let administration: PostgresSettings

    init(migrated: Bool) throws {
        if let text = ProcessInfo.processInfo.environment["VIGIL_TEST_POSTGRES"] {
            administration = try PostgresSettings(url: text)
        } else {
            administration = try Self.throwaway.get().settings
        }
        let name = "vigil_test_\(UInt64.random(in: 0...UInt64.max))"
        try PostgresConnection(administration).run(script: "CREATE DATABASE \(name) TEMPLATE template0")
        settings = administration.with(database: name)
        if migrated { _ = try Migrator().migrate(connect()) }
    }

    deinit {
        guard let name = settings.database else { return }
        try? PostgresConnection(administration).run(script: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    func connect() throws(PostgresError) -> PostgresConnection { try PostgresConnection(settings) }

    /// What tells `vigil` of it.
    func environment(user: String? = nil) -> [String: String] {
        var variables = [
            "VIGIL_POSTGRES_HOST": settings.host, "VIGIL_POSTGRES_PORT": settings.port.map(String.init),
            "VIGIL_POSTGRES_DATABASE": settings.database, "VIGIL_POSTGRES_USER": user ?? settings.user,
        ].compactMapValues(\.self)
        variables["VIGIL_POSTGRES_PASSWORD"] = settings.password?.revealed
        return variables
    }
}
