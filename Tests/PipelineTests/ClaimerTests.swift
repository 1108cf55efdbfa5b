import Foundation
import Kafka
import Postgres
import Scoring
import Sequences
import Synchronization
import Testing
import Transactions

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

    private static func entities(_ topics: TopicNames) throws -> EntityReader {
        let reader = try EntityReader(
            settings: try TestBrokers.groupSettings(), topic: topics.entities, bucketMilliseconds: hour,
            metrics: PipelineMetrics(), logger: .quiet)
        try reader.start()
        return reader
    }

    private static func claim(
        _ input: TopicPartition, of topics: TopicNames, _ database: TestDatabase
    ) throws -> InputClaim? {
        let (settings, metrics) = (try TestBrokers.groupSettings(), PipelineMetrics())
        let claimer = Claimer(
            settings: database.settings, topics: topics, owner: "newcomer",
            restorer: SequenceRestorer(
                settings: settings, topic: topics.sequences, model: try SmallModel.shared.get(), metrics: metrics,
                logger: .quiet),
            stopping: StopFlag(), logger: .quiet)
        let entities = try entities(topics)
        defer { try? entities.close() }
        _ = try entities.catchUp()
        let consumer = try KafkaConsumer(settings: settings)
        defer { try? consumer.close() }
        return try claimer.claim([input], consumer: consumer, entities: entities)?.first
    }

    /// Claims the partition on a thread of its own.
    private func claim(into outcome: Outcome) {
        let (database, topics, input) = (database, topics, input)
        Thread {
            outcome.record(Result { try Self.claim(input, of: topics, database)?.nextOffset })
        }.start()
    }

    private static let hour: Int64 = 3_600_000

    /// Five events decided, users a and b with checkpoints up to there, and the parts of two hours, published before.
    private func publishState(sound: Bool = true, closed: Int64 = 2) throws {
        try publish(5)
        let store = ProgressStore(connection: try database.connect())
        _ = try store.claim([input: 0], owner: "former")
        let counts = EventCounts(scored: 5)
        #expect(try store.move([.init(input: input, epoch: 1, from: 0, to: 5, counts: counts)]).isEmpty)
        try store.setRestorePoints([(input: input, epoch: 1, offset: 5, users: 2)])
        let extractor = try SmallModel.shared.get().encoder.extractor
        let history = PackedHistory(UserHistory(rawCount: extractor.rawCount, capacity: 7))
        for (user, offset) in [("a", Int64(3)), ("b", 4)] {
            var value = CheckpointRecord(offset: offset, history: history).encoded(layout: extractor.packedLayout)
            if user == "b", !sound { value[20] ^= 1 }
            try TestBrokers.publish([
                ProducerRecord(
                    topic: topics.sequences, partition: 0,
                    key: CheckpointKey(pseudonym: user, epoch: 1).encoded, value: value)
            ])
        }
        for bucket in 0..<2 as Range<Int64> { try publishPart(bucket) }
        let open = EntityRecord(
            input: input, kind: .open, offset: 5, watermark: 2, part: EntityBucketPart(bucket: 2, counts: [7: 1]),
            closedParts: closed)
        try publish(open)
    }

    private func publishPart(_ bucket: Int64) throws {
        try publish(
            EntityRecord(
                input: input, kind: .closed, offset: bucket, watermark: bucket + 1,
                part: EntityBucketPart(bucket: bucket, counts: [7: 1])))
    }

    private func publish(_ record: EntityRecord) throws {
        try TestBrokers.publish([
            ProducerRecord(topic: topics.entities, partition: 0, key: record.key, value: record.encoded())
        ])
    }

    @Test func soundCheckpointsAreGoneOnFrom() throws {
        try publishState()
        let claim = try #require(try Self.claim(input, of: topics, database))
        #expect(claim.nextOffset == 5 && claim.restoreOffset == 5 && claim.restored.open?.offset == 5)
        #expect(Set(claim.restored.users.keys.map(\.string)) == ["a", "b"])
        #expect(claim.restored.publishedEnds == [Self.hour, 2 * Self.hour])
    }

    /// One user's record is not sound: the input is read again for that one, and the other keeps what it had.
    @Test func aRecordThatIsNotSoundCostsNobodyElseAnything() throws {
        try publishState(sound: false)
        let claim = try #require(try Self.claim(input, of: topics, database))
        #expect(claim.restoreOffset == 0 && claim.restored.open?.offset == 5 && !claim.restored.makesPartsAgain)
        #expect(claim.restored.users.mapValues(\.offset) == [Text("a"): 3])
    }

    /// The last checkpoint knew of three closed parts, the topic has two, whatever was closed since: they are made again,
    /// and users stay. What the topic says of the input's progress is not to be gone by until its owner has said it anew.
    @Test(arguments: [false, true]) func missingPartsOfEntitiesAreNoticed(closesSince: Bool) throws {
        try publishState(closed: 3)
        if closesSince { try publishPart(2) }
        let claim = try #require(try Self.claim(input, of: topics, database))
        #expect(claim.restoreOffset == 0 && claim.restored.users.count == 2)
        #expect(claim.restored.makesPartsAgain && claim.restored.open?.offset == 5)
        #expect(claim.restored.publishedEnds.count == (closesSince ? 3 : 2))

        let entities = try Self.entities(topics)
        defer { try? entities.close() }
        #expect(try entities.catchUp().allSatisfy { $0.part != nil && $0.watermark == .min })
        try publishPart(3)
        #expect(try entities.catchUp().map(\.watermark) == [4])
    }

    @Test func tombstonesOfPartsAreNoticed() throws {
        try publishState()
        let part = try #require(try TestBrokers.readAll(topics.entities).first)
        try TestBrokers.publish([ProducerRecord(topic: topics.entities, partition: 0, key: part.key, value: nil)])
        let claim = try #require(try Self.claim(input, of: topics, database))
        #expect(claim.restored.makesPartsAgain && claim.restored.publishedEnds == [2 * Self.hour])
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
            claim(into: outcome)
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
            try frozen.transaction { _ throws in
                let counts = EventCounts(scored: 2)
                #expect(try store.move([.init(input: input, epoch: 1, from: 0, to: 2, counts: counts)]).isEmpty)
                let outcome = Outcome()
                claim(into: outcome)
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
        claim(into: outcome)
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
