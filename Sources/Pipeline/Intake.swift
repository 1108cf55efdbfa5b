internal import CoreMetrics
internal import Foundation
internal import Kafka
internal import Logging
internal import Postgres
internal import Transactions

/// Polls the input topics, decodes what comes and hands it on; keeps the group membership whatever else waits.
///
/// Runs on a thread of its own and owns the consumers.
final class Intake: RebalanceHandler {
    /// Most events that wait for the processor: a partition with more than its share is paused, and resumed at a quarter
    /// of it.
    static let backlogLimit = 160_000
    private static let shares = 1000...20_000
    /// Longest wait for the pipeline to drain before partitions go.
    static let drainTimeout = 10.0
    /// Nanoseconds that the group is given to say that a partition others have claimed is not ours.
    static let fencedPatience: UInt64 = 10_000_000_000

    private let consumer: KafkaConsumer
    private let entities: EntityReader
    private let claimer: Claimer
    private let topics: TopicNames
    private let inbox: BoundedQueue<ProcessorMessage>
    private let commits: BoundedQueue<CommitMessage>
    private let decoder: EventDecoder
    private let offsets: CommittedOffsets
    private let spent: SpentTransactions
    private let stopping: StopFlag
    private let readiness: Readiness
    private let metrics: PipelineMetrics
    private let logger: Logger

    private var held: [TopicPartition: Held] = [:]
    /// Records to hand on whole, because scoring failed in their batch.
    private var suspects: [TopicPartition: Set<Int64>] = [:]
    private var lastHousekeeping = DispatchTime.now()
    private let lagGauges: LagGauges
    private var stages = StageClock()

    /// A partition this instance has claimed.
    private struct Held {
        var epoch: Int64
        var backlog: Backlog
        var isPaused = false
        /// When another instance was seen to have claimed it.
        var fencedAt: DispatchTime?
    }

    init(_ parts: IntakeParts) throws {
        topics = parts.topics
        inbox = parts.inbox
        commits = parts.commits
        decoder = parts.decoder
        offsets = parts.offsets
        spent = parts.spent
        stopping = parts.stopping
        readiness = parts.readiness
        metrics = parts.metrics
        logger = parts.logger
        claimer = parts.claimer
        lagGauges = LagGauges()
        consumer = try KafkaConsumer(
            settings: Self.consumerSettings(parts.kafka, session: parts.session),
            groupID: parts.group, logger: parts.logger)
        entities = try EntityReader(
            settings: parts.kafka, topic: parts.topics.entities, bucketMilliseconds: parts.entityBucketMilliseconds,
            metrics: parts.metrics, logger: parts.logger)
    }

    /// Our defaults under the user's properties.
    private static func consumerSettings(_ settings: KafkaSettings, session: [String: String]) -> KafkaSettings {
        // An offset that is gone must be heard of.
        let defaults = session.merging(["auto.offset.reset": "error"]) { $1 }
        return KafkaSettings(
            bootstrapServers: settings.bootstrapServers,
            properties: defaults.merging(settings.properties) { $1 })
    }

    /// Works until the service stops.
    func run() throws {
        _ = try patiently("find \(topics.entities)") { try entities.start() }
        inbox.sendNow(.remote(try patiently("read \(topics.entities)") { try entities.catchUp() } ?? []))
        for topic in [topics.transactions, topics.labels] {
            let partitions = try patiently("describe \(topic)") {
                try consumer.partitions(of: topic, timeoutMilliseconds: 10_000)
            }
            guard let partitions else { break }
            guard !partitions.isEmpty else { throw PipelineFault.topicMissing(topic) }
            inbox.sendNow(.inputs(partitions))
        }
        try consumer.subscribe([topics.transactions, topics.labels], rebalance: self)
        while !stopping.isStopping {
            let batch = try consumer.poll(maximum: 4096, timeoutMilliseconds: 20)
            for error in batch.errors { logger.warning("Kafka", metadata: ["error": "\(error)"]) }
            stages.charge(.fetch)
            spent.free()
            handOn(batch)
            stages.charge(.decode)
            if let input = batch.errors.first(where: { $0.code == .offsetReset })?.partition {
                throw PipelineFault.recordsDeleted(topic: input.topic, partition: input.partition)
            }
            let parts = try entities.follow()
            if !parts.isEmpty { inbox.sendNow(.remote(parts)) }
            try balanceBacklogs()
            tellEnds(of: offsets.takeEndsAsked())
            if let request = offsets.takeClaimAgain() { try claimAgain(request) }
            try keepHouse()
        }
        try finish()
    }

    private func handOn(_ batch: MessageBatch) {
        let started = metrics.now()
        var events: [[IncomingEvent]] = Array(repeating: [], count: batch.partitions.count)
        for index in events.indices { events[index].reserveCapacity(batch.count / events.count) }
        let decoders = batch.partitions.map { decoder.decode(for: $0.topic == topics.labels ? .labels : .transactions) }
        for message in batch {
            events[message.partitionIndex].append(decoders[message.partitionIndex](message))
        }
        if !suspects.isEmpty {
            var counts = Array(repeating: 0, count: batch.partitions.count)
            for message in batch {
                let (partition, index) = (message.partitionIndex, counts[message.partitionIndex])
                counts[partition] += 1
                guard suspects[message.topicPartition]?.contains(message.offset) == true else { continue }
                events[partition][index].original = OriginalRecord(message)
            }
        }
        for (input, events) in zip(batch.partitions, events) where !events.isEmpty {
            send(events, end: batch.endsOfPartitions[input], of: input)
        }
        for (input, end) in batch.endsOfPartitions where !batch.partitions.contains(input) {
            send([], end: end, of: input)
        }
        if !batch.isEmpty { metrics.decodeTime.recordNanoseconds(metrics.elapsed(since: started)) }
    }

    private func send(_ events: [IncomingEvent], end: Int64?, of input: TopicPartition) {
        guard let held = held[input] else { return }
        held.backlog.add(events.count)
        inbox.sendNow(.events(IncomingBatch(input: input, epoch: held.epoch, events: events, end: end)))
    }

    private func balanceBacklogs() throws {
        let share = min(max(Self.backlogLimit / max(held.count, 1), Self.shares.lowerBound), Self.shares.upperBound)
        for (input, state) in held {
            let count = state.backlog.count
            if !state.isPaused && count > share {
                try consumer.pause([input])
                held[input]?.isPaused = true
            } else if state.isPaused && count < share / 4 {
                try consumer.resume([input])
                held[input]?.isPaused = false
            }
        }
    }

    /// An answer that does not come is asked for again.
    private func tellEnds(of inputs: [TopicPartition]) {
        guard !inputs.isEmpty else { return }
        do {
            inbox.sendNow(.ends(try consumer.ends(of: inputs, timeoutMilliseconds: 500)))
        } catch {
            logger.debug("Ends of partitions not known", metadata: ["error": "\(error)"])
        }
    }

    /// Once a second: offsets for lag tools, lag gauges, a new join where another instance has fenced us.
    private func keepHouse() throws {
        let now = DispatchTime.now()
        guard now.uptimeNanoseconds - lastHousekeeping.uptimeNanoseconds > 1_000_000_000 else { return }
        lastHousekeeping = now
        let committed = offsets.take()
        try consumer.commitLater(committed.filter { held[$0.key] != nil })
        lagGauges.update(committed: committed) { consumer.cachedWatermarks(of: $0)?.upperBound }
        for (input, epoch) in offsets.takeFenced() where held[input]?.epoch == epoch && held[input]?.fencedAt == nil {
            held[input]?.fencedAt = now
        }
        metrics.backlog(
            waiting: held.values.reduce(0) { $0 + $1.backlog.count }, paused: held.values.count { $0.isPaused })
        try claimAgainWhatWasForgotten(now)
    }

    /// A partition claimed by another instance is usually about to be revoked here. Where the group goes on calling it
    /// ours, nobody works on it, as after an instance that claimed late what it had lost: then it is claimed back.
    private func claimAgainWhatWasForgotten(_ now: DispatchTime) throws {
        let forgotten = held.filter { _, state in
            state.fencedAt.map { now.uptimeNanoseconds - $0.uptimeNanoseconds > Self.fencedPatience } ?? false
        }
        guard !forgotten.isEmpty, !consumer.isAssignmentLost else { return }
        logger.warning("Claiming partitions back", metadata: ["partitions": "\(forgotten.keys.sorted())"])
        try claimInPlace(forgotten.keys.sorted())
    }

    /// The processor gave these up because scoring failed: it gets them anew, from their last checkpoints on.
    private func claimAgain(_ request: CommittedOffsets.ClaimAgain) throws {
        for (input, offsets) in request.suspects { suspects[input, default: []].formUnion(offsets) }
        let inputs = request.epochs.filter { held[$0.key]?.epoch == $0.value }.keys.sorted()
        // What is on its way to PostgreSQL under the old epoch may still arrive.
        let flushed = Latch()
        commits.sendNow(.flush(flushed))
        _ = flushed.wait(timeout: Self.drainTimeout)
        if !inputs.isEmpty { try claimInPlace(inputs) }
    }

    /// Claims partitions that the group says are ours, and goes on reading them where their state begins.
    private func claimInPlace(_ inputs: [TopicPartition]) throws {
        let starts = try claim(inputs)
        _ = try patiently("go on elsewhere") { try consumer.seek(starts, timeoutMilliseconds: 10_000) }
        try consumer.resume(Array(starts.keys))
    }

    /// Best effort: PostgreSQL's offsets are the ones that count.
    private func commitForLagTools(_ inputs: [TopicPartition]) {
        do {
            let committed = offsets.take()
            try consumer.commit(committed.filter { inputs.contains($0.key) }, timeoutMilliseconds: 1000)
        } catch {
            logger.debug("Offsets for lag tools not stored", metadata: ["error": "\(error)"])
        }
    }

    private func finish() throws {
        let done = Latch()
        inbox.sendNow(.stop(done: done))
        if !done.wait(timeout: stopping.secondsLeft(whileRunning: Self.drainTimeout)) {
            logger.warning("Stopped before everything decided was committed; the next start decides it again")
        }
        commitForLagTools(Array(held.keys))
        held.removeAll()
        do {
            try consumer.close(timeoutMilliseconds: 3000)
        } catch let error as KafkaError where error.code == .timedOut {
            // Everything is committed: only the group learns of it later.
            logger.warning("The group finds out by the session timeout", metadata: ["error": "\(error)"])
        }
        try entities.close()
    }
}

extension Intake {
    /// Tries again while brokers are away: what they hold is needed, and giving up would only start the process anew.
    ///
    /// - Returns: nil once the service is stopping.
    private func patiently<Answer>(_ what: String, _ body: () throws -> Answer) throws -> Answer? {
        var backoff = Backoff()
        while true {
            switch Result(catching: body) {
            case .success(let answer): return answer
            case .failure(let error):
                let mayPass =
                    (error as? KafkaError)?.isRetriable == true || (error as? PostgresError)?.isRetriable == true
                guard mayPass else { throw error }
                if stopping.isStopping { return nil }
                logger.warning("Trying again to \(what)", metadata: ["error": "\(error)"])
            }
            stopping.wait(upTo: backoff.next())
        }
    }

    func assigned(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] { try claim(partitions) }

    /// Claims partitions and hands them to the processor; answers where to read on.
    private func claim(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        let claimed = try patiently("claim partitions") {
            inbox.sendNow(.remote(try entities.catchUp()))
            return try claimer.claim(partitions, consumer: consumer, entities: entities)
        }
        guard let claims = claimed ?? nil else { return [:] }
        var backlogs: [TopicPartition: Backlog] = [:]
        for claim in claims {
            let backlog = Backlog()
            backlogs[claim.input] = backlog
            held[claim.input] = Held(epoch: claim.epoch, backlog: backlog)
        }
        commits.sendNow(.recover(partitions.filter { $0.topic == topics.transactions }))
        inbox.sendNow(.claimed(claims, backlogs: backlogs))
        readiness.set(.assigned(held.count))
        return Dictionary(uniqueKeysWithValues: claims.map { ($0.input, $0.restoreOffset) })
    }

    func revoked(_ partitions: [TopicPartition]) throws {
        let going = partitions.filter { held[$0] != nil }
        guard !going.isEmpty else { return }
        let done = Latch()
        inbox.sendNow(.revoked(going, done: done))
        if !done.wait(timeout: Self.drainTimeout) {
            logger.warning("Partitions go before everything was committed; their next owner decides the rest")
        }
        commitForLagTools(going)
        for input in going { held[input] = nil }
        readiness.set(.assigned(held.count))
    }

    func lost(_ partitions: [TopicPartition]) throws {
        inbox.sendNow(.fenced(held.filter { partitions.contains($0.key) }.mapValues(\.epoch)))
        for input in partitions { held[input] = nil }
        readiness.set(.assigned(held.count))
    }
}
