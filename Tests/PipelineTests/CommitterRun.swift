import Foundation
import Kafka
import Logging
import Postgres
import Synchronization
import Testing
import Transactions

@testable import Pipeline

/// A committer on a thread of its own, with topics and a database of its own.
final class CommitterRun: Sendable {
    let queue = BoundedQueue<CommitMessage>(capacity: .max)
    let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
    let offsets = CommittedOffsets()
    let database: TestDatabase
    let topics: TopicNames
    private let ended = Latch()
    private let failure = Mutex<(any Error)?>(nil)

    init() throws {
        database = try TestDatabase()
        topics = try TestBrokers.makeTopics(partitions: 2)
        let parts = CommitterParts(
            queue: queue, inbox: inbox, producer: try KafkaProducer(settings: TestBrokers.settings()),
            postgres: database.settings, topics: topics, schema: SmallModel.schema, entityPartitions: 1,
            offsets: offsets, stopping: StopFlag(), metrics: PipelineMetrics(), logger: .quiet)
        let committer = Committer(parts)
        // Handed over to the thread, and to it alone.
        nonisolated(unsafe) let owned = committer
        Thread { [self] in
            do {
                try owned.run()
            } catch {
                failure.withLock { $0 = error }
            }
            ended.open()
        }.start()
    }

    func input(_ partition: Int32) -> TopicPartition {
        TopicPartition(topic: topics.transactions, partition: partition)
    }

    /// Makes progress rows that start at 0, under epoch 1.
    func claim(_ partitions: Int32...) throws {
        let starts = Dictionary(uniqueKeysWithValues: partitions.map { (input($0), Int64(0)) })
        _ = try ProgressStore(connection: database.connect()).claim(starts, owner: "test")
    }

    /// A unit that scores `from..<to` of a partition, every event an alert.
    func unit(_ partition: Int32, _ range: Range<Int64>, epoch: Int64 = 1) -> CommitUnit {
        var unit = CommitUnit()
        unit.steps = [
            .init(
                input: input(partition), epoch: epoch, from: range.lowerBound, to: range.upperBound,
                counts: EventCounts(scored: range.upperBound - range.lowerBound))
        ]
        unit.alerts = range.map { alert(partition, $0) }
        return unit
    }

    func alert(_ partition: Int32, _ offset: Int64, hits: [RuleHit] = []) -> Alert {
        Alert(
            transaction: Feeds.transaction("\(partition)-\(offset)", at: offset * 1000), pseudonym: "someone",
            decision: Decision(disposition: .review, modelScore: 0.5, score: 0.75, decidedBy: "all", hits: hits),
            source: SourceCoordinates(topic: topics.transactions, partition: partition, offset: offset),
            scoredAt: EventTime(milliseconds: Feeds.start), modelHash: "m", rulesHash: "r")
    }

    /// Sends messages and waits until all of them are settled.
    func settle(_ messages: CommitMessage...) throws {
        for message in messages { queue.sendNow(message) }
        let latch = Latch()
        queue.sendNow(.flush(latch))
        try wait("settled") { latch.wait(timeout: 0.005) || ended.wait(timeout: 0) }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Ends the thread; call it last.
    func finish() throws {
        let latch = Latch()
        queue.sendNow(.finish(latch))
        try #require(ended.wait(timeout: 600))
    }

    /// The partitions that the processor was told to forget.
    func fenced() -> [Int32] {
        inbox.receiveAll(timeout: 0).flatMap { message in
            if case .fenced(let inputs) = message { inputs.keys.map(\.partition) } else { [Int32]() }
        }
    }

    /// Offsets of a partition's alerts in PostgreSQL, and of those marked as published.
    func rows(_ partition: Int32) throws -> (all: [Int64], published: Int) {
        let rows = try database.connect().execute(
            "SELECT record_offset, published_at IS NOT NULL AS published FROM vigil.alerts WHERE partition = $1 ORDER BY 1",
            [.int32(partition)])
        var offsets: [Int64] = []
        var published = 0
        for row in rows {
            offsets.append(try row.value("record_offset"))
            if try row.value("published") as Bool { published += 1 }
        }
        return (offsets, published)
    }

    func nextOffset(_ partition: Int32) throws -> Int64 {
        try database.number("SELECT next_offset FROM vigil.stream_progress WHERE partition = \(partition)")
    }

    /// Alert ids in the review topic, in the order of their publication.
    func reviewed() throws -> [String?] {
        try TestBrokers.readAll(topics.review).map { $0["alert_id"] }
    }
}
