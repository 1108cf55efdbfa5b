import Kafka
import Synchronization
import Testing

@Suite("Consumer groups", .ownThread)
struct GroupTests {
    @Test("the hook's start offsets hold, and partitions are drained and committed before they go")
    func handOver() async throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
        for partition in partitions { try TestCluster.publishNumbers(100, to: partition) }
        let settings = try TestCluster.settings(TestCluster.groupProperties).adding(["enable.partition.eof": "false"])
        let group = TestCluster.unique("group")

        let progress = Progress([partitions[0]: 20, partitions[1]: 30])
        let first = try Member(settings: settings, group: group, progress: progress)
        try first.consumer.subscribe([topic], rebalance: first)
        try first.take(until: 10)
        #expect(first.events == [.assigned(partitions)])
        #expect([20, 30].contains(first.processed.first?.offset))
        // All is fetched ahead, so that the rebalance waits behind messages that must not be handed out any more.
        try TestCluster.wait("messages fetched ahead") { first.consumer.waitingCount >= 140 }

        let second = try Member(settings: settings, group: group, progress: progress)
        let isDone = Atomic(false)
        async let others: Void = second.takeInTurn(topic, until: isDone)
        // Something waits besides the messages: the rebalance, unless the broker had an error to report.
        try TestCluster.wait("a rebalance waits") { first.consumer.waitingCount >= 141 }
        let before = first.processed.count
        try first.take(until: before)
        let revoked: [Member.Event] = first.processed.count == before ? [.revoked(partitions)] : []
        #expect(first.events == [.assigned(partitions)] + revoked)
        // On a slow machine the second member joins in two rounds; each takes and gives back, and may read all in between.
        try TestCluster.wait("both members have read all and hold one partition each") {
            try first.take(until: first.processed.count)
            return first.processed.count + second.processedCount >= 150 && first.held == 1 && second.held == 1
        }
        isDone.store(true, ordering: .releasing)
        try await others

        #expect(first.events.last?.count == 1)
        #expect(second.events.last?.count == 1)
        for (taken, given) in zip(first.events, first.events.dropFirst()) where taken.isAssignment {
            #expect(given == .revoked(taken.partitions))
        }
        // Nothing is lost and nothing twice: what the first had processed was noted before it went.
        let all = (first.processed + second.processed).map { "\($0.partition) \($0.offset)" }
        #expect(Set(all).count == all.count)
        #expect(all.count == 80 + 70)
        try first.consumer.close()
        try second.consumer.close()
        #expect(progress.offsets == [partitions[0]: 100, partitions[1]: 100])
    }

    @Test("cooperative: a handler's error comes out of poll; close tells it what is revoked")
    func cooperative() throws {
        let topic = try TestCluster.makeTopic(partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
        for partition in partitions { try TestCluster.publishNumbers(5, to: partition) }
        let settings = try TestCluster.settings(TestCluster.groupProperties)
            .adding(["partition.assignment.strategy": "cooperative-sticky"])
        let member = try Member(
            settings: settings, group: TestCluster.unique("group"),
            progress: Progress([partitions[0]: 3, partitions[1]: 4]))
        try member.consumer.subscribe([topic], rebalance: member)
        try member.take(until: 3)
        #expect(Set(member.processed.map(\.offset)) == [3, 4])
        member.failure = Refusal()
        #expect(throws: Refusal.self) { try member.consumer.close() }
        #expect(member.events == [.assigned(partitions), .revoked(partitions)])
    }

    @Test("a handler that fails on assignment gets no partitions, and poll says why")
    func refusedAssignment() throws {
        let topic = try TestCluster.makeTopic()
        try TestCluster.publishNumbers(5, to: TopicPartition(topic: topic, partition: 0))
        let member = try Member(
            settings: TestCluster.settings(TestCluster.groupProperties), group: TestCluster.unique("group"),
            progress: Progress([:]))
        member.failure = Refusal()
        try member.consumer.subscribe([topic], rebalance: member)
        var refused = false
        try TestCluster.wait("the refusal") {
            do {
                let batch = try member.consumer.poll(maximum: 10, timeoutMilliseconds: 100)
                #expect(batch.isEmpty)
            } catch is Refusal {
                refused = true
            }
            return refused
        }
        #expect(try member.consumer.assignment() == [])
        #expect(member.events == [.assigned([TopicPartition(topic: topic, partition: 0)])])
        try member.consumer.close()
    }
}

struct Refusal: Error {}

/// Next offsets to process, kept outside of Kafka as PostgreSQL does for the pipeline.
private final class Progress: Sendable {
    private let known: Mutex<[TopicPartition: Int64]>

    init(_ offsets: [TopicPartition: Int64]) { known = Mutex(offsets) }

    var offsets: [TopicPartition: Int64] { known.withLock { $0 } }

    func note(_ offsets: [TopicPartition: Int64]) { known.withLock { $0.merge(offsets) { $1 } } }
}

/// A consumer that processes what it gets and notes its progress when partitions go.
///
/// `@unchecked Sendable`: one thread works with it at a time; the others read its atomic counts.
private final class Member: RebalanceHandler, @unchecked Sendable {
    enum Event: Equatable {
        case assigned([TopicPartition])
        case revoked([TopicPartition])
        case lost([TopicPartition])

        var partitions: [TopicPartition] {
            switch self {
            case .assigned(let partitions), .revoked(let partitions), .lost(let partitions): partitions
            }
        }

        var count: Int { partitions.count }
        var isAssignment: Bool { self == .assigned(partitions) }
    }

    let consumer: KafkaConsumer
    private let progress: Progress
    var failure: Refusal?
    private(set) var events: [Event] = []
    private(set) var processed: [Received] = []
    private let count = Atomic(0)
    private let heldCount = Atomic(0)

    var processedCount: Int { count.load(ordering: .acquiring) }
    /// How many partitions it has been given and has not given back.
    var held: Int { heldCount.load(ordering: .acquiring) }

    init(settings: KafkaSettings, group: String, progress: Progress) throws {
        consumer = try KafkaConsumer(settings: settings, groupID: group)
        self.progress = progress
    }

    func assigned(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        events.append(.assigned(partitions))
        if let failure { throw failure }
        heldCount.store(partitions.count, ordering: .releasing)
        return progress.offsets.filter { partitions.contains($0.key) }
    }

    func revoked(_ partitions: [TopicPartition]) throws {
        events.append(.revoked(partitions))
        heldCount.store(0, ordering: .releasing)
        if let failure { throw failure }
        var next: [TopicPartition: Int64] = [:]
        for message in processed where partitions.contains(message.partition) {
            next[message.partition] = max(next[message.partition] ?? 0, message.offset + 1)
        }
        progress.note(next)
        // The embedded broker refuses commits while its group rebalances, and leaves out who is slow to join again.
        do {
            try consumer.commit(next, timeoutMilliseconds: 5000)
        } catch {
            let isLeftOut = [.unknownMember, .illegalGeneration].contains(error.code)
            #expect(TestCluster.isEmbedded && (error.isRetriable || isLeftOut), "\(error)")
        }
    }

    func lost(_ partitions: [TopicPartition]) throws {
        events.append(.lost(partitions))
        heldCount.store(0, ordering: .releasing)
    }

    /// Polls at least once, until so many messages have been processed.
    func take(until total: Int) throws {
        try TestCluster.wait("\(total) messages") {
            let maximum = max(1, min(10, total - processed.count))
            processed += try consumer.poll(maximum: maximum, timeoutMilliseconds: 50).map { Received($0) }
            count.store(processed.count, ordering: .releasing)
            return processed.count >= total
        }
    }

    @concurrent
    func takeInTurn(_ topic: String, until isDone: borrowing Atomic<Bool>) async throws {
        try consumer.subscribe([topic], rebalance: self)
        while !isDone.load(ordering: .acquiring), !Task.isCancelled { try take(until: processed.count) }
    }
}
