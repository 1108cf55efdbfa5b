internal import CoreMetrics
internal import Foundation
internal import Kafka
internal import Logging
internal import Postgres
internal import Transactions

/// Makes decisions final: one PostgreSQL transaction a unit, then everything that is published from it.
///
/// Runs on a thread of its own and owns the PostgreSQL connection and the producer.
final class Committer {
    let queue: BoundedQueue<CommitMessage>
    let inbox: BoundedQueue<ProcessorMessage>
    let topics: TopicNames
    let publisher: Publisher
    let offsets: CommittedOffsets
    let stopping: StopFlag
    let metrics: PipelineMetrics
    let logger: Logger

    private var settings: PostgresSettings
    let schema: TransactionSchema
    private var connection: PostgresConnection?
    private var knownMonths: Set<String> = []
    /// Alerts sent to the review topic and not acknowledged yet.
    var reviewsInFlight = 0
    /// The newest epoch under which each input was found to be another instance's.
    private var fencedEpochs: [TopicPartition: Int64] = [:]
    private var acknowledged: [(id: String, eventTime: Int64)] = []
    private var stages = StageClock()
    private var forgotten = ForgottenUsers()
    var checkpointGroups: [Int: CheckpointGroup] = [:]
    var nextGroup = 1
    let encoder = ReviewEventEncoder()
    var entityPartitions: Int32
    private var lastCommit: UInt64 = 0
    /// So long after a commit acknowledgements are written down without another.
    private static let quietNanoseconds: Int64 = 50_000_000
    private let withoutCommits: (@Sendable ([TopicPartition: Int64]) -> Void)?

    /// A checkpoint whose records are on their way; its restore point counts once all are acknowledged.
    struct CheckpointGroup {
        var input: TopicPartition
        var epoch: Int64
        var offset: Int64
        /// Users who have a checkpoint once this one counts.
        var userCount: Int
        var unacknowledged: Int
        /// Keys of former owners' records that this one's take the place of, once all of them are there.
        var superseded: [CheckpointKey] = []
    }

    init(_ parts: CommitterParts) {
        queue = parts.queue
        inbox = parts.inbox
        topics = parts.topics
        publisher = Publisher(producer: parts.producer, stopping: parts.stopping, logger: parts.logger)
        offsets = parts.offsets
        stopping = parts.stopping
        metrics = parts.metrics
        logger = parts.logger
        settings = Self.session(parts.postgres)
        schema = parts.schema
        entityPartitions = parts.entityPartitions
        withoutCommits = parts.withoutCommits
    }

    /// What a session that commits asks of the server: a process frozen within its transaction keeps the partitions' rows
    /// locked no longer than this, then whoever takes over goes on.
    ///
    /// - Parameter slow: the server took one that was not frozen for it, because a commit took long to get there: the next
    ///   has twice the time, up to a minute.
    static func session(_ settings: PostgresSettings, slow: Bool = false) -> PostgresSettings {
        var settings = settings
        let former = settings.idleTransactionTimeoutMilliseconds ?? 0
        settings.idleTransactionTimeoutMilliseconds = slow ? min(2 * former, 60_000) : 5000
        return settings
    }

    /// Works until told to finish.
    func run() throws {
        while !queue.isFinished {
            let message = queue.receive(timeout: !publisher.isIdle ? 0.005 : acknowledged.isEmpty ? 0.1 : 0.02)
            switch message {
            case .commit(let unit):
                try commit(unit)
                lastCommit = metrics.now()
            case .recover(let inputs): for input in inputs { try publishLeftovers(of: input) }
            case .flush(let latch):
                try settle()
                latch.open()
            case .finish(let latch):
                try settle()
                connection?.close()
                latch.open()
                return
            case nil: break
            }
            try publisher.collect(timeoutMilliseconds: 0) { take($0) }
            // The next commit writes down which alerts are published; a transaction of their own only where none comes.
            let isQuiet = message == nil && metrics.elapsed(since: lastCommit) > Self.quietNanoseconds
            let isCheckpointed = checkpointGroups.values.contains { $0.unacknowledged == 0 }
            if acknowledged.count >= 1024 || isQuiet || isCheckpointed { try recordAcknowledgements() }
            stages.charge(.publish)
            try hearOfForgottenUsers()
        }
    }

    private func commit(_ unit: CommitUnit) throws {
        if let withoutCommits {
            return withoutCommits(Dictionary(uniqueKeysWithValues: unit.steps.map { ($0.input, $0.to) }))
        }
        let started = metrics.now()
        // What was on its way when a former unit was fenced: it says that all before is published, which is not so.
        let unit = unit.without(unit.inputs(fencedBy: fencedEpochs))
        try awaitReviewAcknowledgements()
        try publishDeadLetters(unit.deadLetters)
        let committed = try makeTrue(unit)
        stages.charge(.commit)
        metrics.commitTime.recordNanoseconds(metrics.elapsed(since: started))
        metrics.committed(committed)
        offsets.record(committed.steps)
        for alert in committed.alerts { try publish(alert.reviewEvent(schema: schema)) }
        try publishState(of: committed)
    }

    /// Commits the unit, without the inputs that turn out to be fenced; retries what may pass.
    private func makeTrue(_ unit: CommitUnit) throws -> CommitUnit {
        var rest = unit
        var isOutcomeUnknown = false
        var backoff = Backoff()
        while !rest.steps.isEmpty {
            do {
                let unmatched = try attempt(rest)
                if unmatched.isEmpty { return rest }
                if isOutcomeUnknown {
                    let steps = rest.steps.filter { $0.to > $0.from }
                    let moved = try withConnection { try ProgressStore(connection: $0).alreadyMoved(steps) }
                    if !moved.isEmpty { return fence(Set(steps.map(\.input)).subtracting(moved), of: rest) }
                }
                rest = fence(unmatched, of: rest)
            } catch let error as PostgresError where error.isRetriable {
                isOutcomeUnknown = isOutcomeUnknown || error.isOutcomeUnknown || error.isConnectionLost
                try waitOut(error, &backoff)
            }
        }
        return rest
    }

    /// One try; returns the inputs whose progress does not match, in which case nothing was changed.
    private func attempt(_ unit: CommitUnit) throws -> Set<TopicPartition> {
        try withConnection { connection in
            let store = AlertStore(connection: connection, schema: schema)
            for alert in unit.alerts {
                let (year, month) = alert.transaction.time.yearAndMonth
                let name = "\(year)-\(month)"
                guard !knownMonths.contains(name) else { continue }
                try store.ensureMonth(of: alert.transaction.time)
                // Only now: rows in the default partition would be in the way of whoever makes the month's.
                knownMonths.insert(name)
            }
            do {
                try connection.transaction { _ in
                    let unmatched = try ProgressStore(connection: connection).move(unit.steps)
                    guard unmatched.isEmpty else { throw Unmatched(inputs: unmatched) }
                    try store.insert(unit.alerts)
                    try ProgressStore(connection: connection).recordPoisoned(unit.poisoned)
                    try ProgressStore(connection: connection).record(unit.aggregateStarts)
                    try store.insert(allowed: unit.allowed)
                    try store.insert(unit.shadowHits)
                    let shadows = ShadowStore(connection: connection)
                    try shadows.insert(unit.shadowScores)
                    try shadows.add(unit.shadowCounts)
                    try store.markPublished(acknowledged.map(\.id), times: acknowledged.map(\.eventTime))
                }
                metrics.published.increment(by: Int64(acknowledged.count))
                acknowledged.removeAll(keepingCapacity: true)
                return []
            } catch let unmatched as Unmatched {
                return unmatched.inputs
            }
        }
    }

    private struct Unmatched: Error {
        var inputs: Set<TopicPartition>
    }

    /// Gives up inputs that another instance has taken over: their decisions are dropped here and made again there.
    private func fence(_ inputs: Set<TopicPartition>, of unit: CommitUnit) -> CommitUnit {
        guard !inputs.isEmpty else { return unit }
        var epochs: [TopicPartition: Int64] = [:]
        for step in unit.steps where inputs.contains(step.input) { epochs[step.input] = step.epoch }
        fencedEpochs.merge(epochs) { max($0, $1) }
        logger.warning(
            "Another instance has taken over; dropping the partitions' state",
            metadata: ["partitions": "\(inputs.sorted())"])
        metrics.fencedInputs.increment(by: Int64(inputs.count))
        inbox.sendNow(.fenced(epochs))
        offsets.fenced(epochs)
        return unit.without(inputs)
    }

    /// Waits before the next try.
    ///
    /// - Throws: the error itself once the service is stopping and its time is up; nothing was committed then.
    func waitOut(_ error: PostgresError, _ backoff: inout Backoff) throws {
        guard !stopping.isOverdue else { throw error }
        metrics.commitRetries.increment()
        if error.sqlState == "25P03" { settings = Self.session(settings, slow: true) }
        let delay = backoff.next()
        logger.warning("PostgreSQL: trying again", metadata: ["error": "\(error)", "seconds": "\(delay)"])
        stopping.wait(upTo: delay)
    }

    func withConnection<Answer>(_ body: (PostgresConnection) throws -> Answer) throws -> Answer {
        if let connection, connection.isHealthy { return try body(connection) }
        connection?.close()
        let fresh = try PostgresConnection(settings, logger: logger)
        // A server that has gone silent must not hold up a stop for as long as an answer may take.
        fresh.givesUp = { [stopping] in stopping.isOverdue }
        connection = fresh
        return try body(fresh)
    }
}

extension Committer {
    /// Waits until everything sent is acknowledged and recorded as such.
    private func settle() throws {
        while !publisher.isIdle && !stopping.isOverdue {
            try publisher.collect(timeoutMilliseconds: 50) { take($0) }
        }
        try recordAcknowledgements()
    }

    /// Waits for the review topic to acknowledge the last commit's alerts, which the next commit then marks: so that
    /// whoever takes over after a crash publishes one commit's alerts again at most. A topic that is away holds up no more
    /// than a second of each commit.
    private func awaitReviewAcknowledgements() throws {
        let deadline = Date(timeIntervalSinceNow: 1)
        while reviewsInFlight > 0, !stopping.isOverdue, Date() < deadline {
            try publisher.collect(timeoutMilliseconds: 20) { take($0) }
        }
    }

    func take(_ effect: Publisher.Effect) {
        switch effect {
        case .published(let id, let eventTime):
            reviewsInFlight -= 1
            acknowledged.append((id, eventTime))
        case .checkpointed(let group): checkpointGroups[group]?.unacknowledged -= 1
        case .nothing: break
        }
    }

    /// Writes down what the topics have acknowledged: published alerts, restore points.
    private func recordAcknowledgements() throws {
        let complete = checkpointGroups.filter { $0.value.unacknowledged == 0 }
        guard !acknowledged.isEmpty || !complete.isEmpty else { return }
        var backoff = Backoff()
        while true {
            do {
                try withConnection { connection in
                    try AlertStore(connection: connection, schema: schema)
                        .markPublished(acknowledged.map(\.id), times: acknowledged.map(\.eventTime))
                    try ProgressStore(connection: connection)
                        .setRestorePoints(complete.values.map { ($0.input, $0.epoch, $0.offset, $0.userCount) })
                }
                break
            } catch let error as PostgresError where error.isRetriable {
                try waitOut(error, &backoff)
            }
        }
        metrics.published.increment(by: Int64(acknowledged.count))
        acknowledged.removeAll(keepingCapacity: true)
        for group in complete.values { try erase(group.superseded, of: group.input) }
        for group in complete.keys { checkpointGroups[group] = nil }
    }

    /// Every few seconds: who has asked to be forgotten since. A database that is away is asked later.
    private func hearOfForgottenUsers() throws {
        guard forgotten.isDue(at: Date()), let connection, connection.isHealthy else { return }
        switch forgotten.look(connection) {
        case .success(let pseudonyms):
            if !pseudonyms.isEmpty { inbox.sendNow(.forget(pseudonyms)) }
        case .failure(let error):
            guard error.isRetriable else { throw error }
            logger.debug("Forgotten users not read", metadata: ["error": "\(error)"])
        }
    }

    private func publishLeftovers(of input: TopicPartition) throws {
        var backoff = Backoff()
        while true {
            do {
                let events = try withConnection {
                    try AlertStore(connection: $0, schema: schema)
                        .unpublished(topic: input.topic, partition: input.partition, limit: 1000)
                }
                for event in events { try publish(event) }
                try settle()
                if events.count < 1000 { return }
            } catch let error as PostgresError where error.isRetriable {
                try waitOut(error, &backoff)
            }
        }
    }
}
