import Foundation
import Kafka
import Postgres
import Synchronization
import Testing

@testable import Pipeline

/// Taking a partition over from an instance that still works on it.
@Suite(.ownThread) struct ClaimerTests {
    private let database: TestDatabase
    private let topics: TopicNames
    private let input: TopicPartition

    init() throws {
        database = try TestDatabase()
        topics = try TestBrokers.makeTopics()
        input = TopicPartition(topic: topics.transactions, partition: 0)
    }

    private func publish(_ count: Int) throws {
        let record = ProducerRecord(topic: topics.transactions, partition: 0, value: [])
        try TestBrokers.publish(Array(repeating: record, count: count))
    }

    /// Claims the partition on a thread of its own.
    private func claim(into outcome: Outcome) throws {
        let settings = try TestBrokers.groupSettings()
        let model = try SmallModel.shared.get()
        let (database, topics, input) = (database, topics, input)
        Thread {
            outcome.record(
                Result {
                    let claimer = Claimer(
                        settings: database.settings, topics: topics, owner: "newcomer",
                        restorer: SequenceRestorer(
                            settings: settings, topic: topics.sequences, model: model, metrics: PipelineMetrics(),
                            logger: .quiet),
                        stopping: StopFlag(), logger: .quiet)
                    let entities = try EntityReader(
                        settings: settings, topic: topics.entities, bucketMilliseconds: 3_600_000,
                        metrics: PipelineMetrics(), logger: .quiet)
                    let consumer = try KafkaConsumer(settings: settings)
                    defer { try? consumer.close() }
                    return try claimer.claim([input], consumer: consumer, entities: entities)?.first?.nextOffset
                })
        }.start()
    }

    /// The topic's end is asked for before the row is: a commit in between is further than that end, and no fault.
    @Test func aCommitWhileItClaimsIsNoFault() throws {
        try publish(2)
        let connection = try database.connect()
        let store = ProgressStore(connection: connection)
        _ = try store.claim([input: 0], owner: "former")
        let outcome = Outcome()
        try connection.transaction { _ in
            let counts = EventCounts(scored: 5)
            #expect(try store.move([.init(input: input, epoch: 1, from: 0, to: 5, counts: counts)]).isEmpty)
            try claim(into: outcome)
            try wait("the claim") {
                try database.number(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """) == 1
            }
            try publish(3)
        }
        #expect(try outcome.wait() == 5)
    }

    /// A process frozen within its transaction keeps the row locked; the server ends its session, and the claim goes on.
    @Test func aCommitThatNeverEndsHoldsUpNobody() throws {
        try publish(2)
        let frozen = try PostgresConnection(Committer.session(database.settings))
        let store = ProgressStore(connection: frozen)
        _ = try store.claim([input: 0], owner: "former")
        let error = #expect(throws: PostgresError.self) {
            try frozen.transaction { _ in
                let counts = EventCounts(scored: 2)
                #expect(try store.move([.init(input: input, epoch: 1, from: 0, to: 2, counts: counts)]).isEmpty)
                let outcome = Outcome()
                try claim(into: outcome)
                #expect(try outcome.wait() == 0)
            }
        }
        #expect(error?.isRetriable == true)
        #expect(!frozen.isHealthy)
    }

    /// Progress beyond all that is in the topic: it was made anew under the same name, or PostgreSQL belongs to another.
    @Test func progressBeyondTheTopicIsAFault() throws {
        try publish(2)
        let store = ProgressStore(connection: try database.connect())
        _ = try store.claim([input: 0], owner: "former")
        let counts = EventCounts(scored: 5)
        #expect(try store.move([.init(input: input, epoch: 1, from: 0, to: 5, counts: counts)]).isEmpty)
        let outcome = Outcome()
        try claim(into: outcome)
        #expect(throws: PipelineFault.self) { try outcome.wait() }
    }
}

/// What a claim on another thread came to.
private final class Outcome: Sendable {
    private let result = Mutex<Result<Int64?, any Error>?>(nil)
    private let ended = Latch()

    func record(_ outcome: Result<Int64?, any Error>) {
        result.withLock { $0 = outcome }
        ended.open()
    }

    func wait() throws -> Int64? {
        try #require(ended.wait(timeout: 600))
        return try result.withLock { $0 }?.get()
    }
}
