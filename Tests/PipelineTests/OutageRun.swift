import Foundation
import Kafka
import Logging
import Postgres
import Rules
import Synchronization
import Testing
import Transactions

@testable import Pipeline

/// The whole service over a PostgreSQL server of its own, for a test to take away, slow down or fill.
final class OutageRun {
    static let partitions: Int32 = 1

    let server: ThrowawayServer
    let topics: TopicNames
    let notes = LogNotes()
    /// Where the alerts are, if not beside everything else; goes with the run, before the server does.
    var disk: SmallDisk?
    private let service: PipelineService
    private var running: Task<Void, any Error>?
    private var published = 0
    private var epochs: Int64 = 0

    init() throws {
        // What is committed must outlive a crash of the server.
        server = try ThrowawayServer(ThrowawayServer.Options(isDurable: true))
        _ = try Migrator().migrate(try PostgresConnection(server.settings))
        topics = try TestBrokers.makeTopics(partitions: Self.partitions)
        let configuration = try PipelineConfiguration.flagsAll(topics, server.settings)
        let notes = notes
        var logger = Logger(label: "outage") { _ in notes }
        logger.logLevel = .warning
        service = PipelineService(configuration, logger: logger)
    }

    deinit {
        disk?.remove()
    }

    func start() {
        let service = service
        running = Task(executorPreference: .ownThread) { try await service.run() }
    }

    /// Publishes so many more transactions, users and terminals in turns, all of them alerts.
    func publish(_ count: Int) throws {
        let encoder = TransactionEncoder(schema: SmallModel.schema)
        try TestBrokers.publish(
            (published..<published + count).map { number in
                let user = number % 20
                var value: [UInt8] = []
                encoder.append(
                    Feeds.transaction(
                        "x\(number)", user: "u\(user)", at: Int64(number) * 1000, terminal: "t\(number % 7)"),
                    to: &value)
                return ProducerRecord(
                    topic: topics.transactions, partition: Int32(user) % Self.partitions, key: Array("u\(user)".utf8),
                    value: value, timestampMilliseconds: Feeds.start + 40_000_000)
            })
        published += count
    }

    func connect() throws(PostgresError) -> PostgresConnection { try PostgresConnection(server.settings) }

    private func number(_ query: String) throws -> Int64 {
        try #require(try connect().execute("SELECT number FROM (\(query)) AS query (number)").first).value("number")
    }

    /// Waits until so many transactions are decided, of all published where none are named.
    func waitUntilDecided(_ count: Int? = nil, within seconds: Double = 600) throws {
        try wait(within: seconds, "decided") {
            try number(
                """
                SELECT coalesce(sum(next_offset), 0)::bigint FROM vigil.stream_progress
                WHERE topic = '\(topics.transactions)'
                """) >= Int64(count ?? published)
        }
    }

    /// Notes under which epochs the partitions are held, once the group has settled.
    func settle() throws {
        epochs = try number(
            "SELECT sum(epoch)::bigint FROM vigil.stream_progress WHERE topic = '\(topics.transactions)'")
    }

    /// Stops the service and demands: every alert once, every count right, and the partitions never given up.
    func finish() async throws {
        running?.cancel()
        try await running?.value
        let progress = "FROM vigil.stream_progress WHERE topic = '\(topics.transactions)'"
        #expect(try number("SELECT sum(scored)::bigint \(progress)") == Int64(published))
        #expect(try number("SELECT sum(unaccounted + duplicates + dead_lettered)::bigint \(progress)") == 0)
        // Who loses the membership claims anew.
        #expect(try number("SELECT sum(epoch)::bigint \(progress)") == epochs)
        #expect(try number("SELECT count(DISTINCT transaction_id) FROM vigil.alerts") == Int64(published))
        #expect(try number("SELECT count(*) FROM vigil.alerts WHERE published_at IS NOT NULL") == Int64(published))
        let ids = try TestBrokers.readAll(topics.review).map { $0["alert_id"] }
        // The embedded broker keeps 5 MiB of the topic, some 33,000 events.
        #expect(Set(ids).count == ids.count && (published > 30_000 || ids.count == published))
    }

    /// Ends what a failed test leaves.
    func abandon() async {
        running?.cancel()
        _ = try? await running?.value
    }
}

/// What is said, from warnings on.
final class LogNotes: LogHandler, Sendable {
    private let notes = Mutex<[(message: String, metadata: [String: String])]>([])

    /// What was said of messages that begin so.
    func metadata(of message: String) -> [[String: String]] {
        notes.withLock { $0.filter { $0.message.hasPrefix(message) }.map(\.metadata) }
    }

    /// The errors after which it was tried again, with the waits.
    var retries: [(error: String, seconds: String)] {
        metadata(of: "PostgreSQL: trying again").map { ($0["error"] ?? "", $0["seconds"] ?? "") }
    }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
        notes.withLock { $0.append((event.message.description, metadata)) }
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }
}
