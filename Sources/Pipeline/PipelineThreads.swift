internal import Dispatch
internal import Foundation
internal import Kafka
internal import Logging
internal import Postgres
internal import Rules
internal import Scoring
internal import Sequences
internal import Synchronization
internal import Transactions

/// What the processor's thread is made from.
struct ProcessorParts {
    var inbox: BoundedQueue<ProcessorMessage>
    var commits: BoundedQueue<CommitMessage>
    var scorer: ScorerGroup
    /// Models that score the same events and decide nothing.
    var shadows: [ShadowModel] = []
    var pseudonymizer: Pseudonymizer
    var alignment: BucketAlignment
    var checkpointIntervalMilliseconds: Int64
    var metrics: PipelineMetrics
    var logger: Logger
    /// Where transactions go that have been decided on.
    var spent = SpentTransactions()
    /// Asks where inputs end.
    var askEnds: ([TopicPartition]) -> Void = { _ in }
    /// Asks for inputs anew after scoring failed.
    var claimAgain: (CommittedOffsets.ClaimAgain) -> Void = { _ in }
    /// Finds fault with what was decided; a test may fail here as a model would.
    var check: ([Scorer.Request], [Scorer.Outcome]) throws -> Void = { try ScoringFault.check($1) }
    /// Monotonic milliseconds.
    var clock: @Sendable () -> Int64 = { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }
}

/// What the committer's thread is made from.
struct CommitterParts {
    var queue: BoundedQueue<CommitMessage>
    var inbox: BoundedQueue<ProcessorMessage>
    var producer: KafkaProducer
    var postgres: PostgresSettings
    var topics: TopicNames
    var schema: TransactionSchema
    var entityPartitions: Int32
    var offsets: CommittedOffsets
    var stopping: StopFlag
    var metrics: PipelineMetrics
    var logger: Logger
    /// `PipelineConfiguration.withoutCommits`
    var withoutCommits: (@Sendable ([TopicPartition: Int64]) -> Void)?
}

/// What the intake's thread is made from.
struct IntakeParts {
    var kafka: KafkaSettings
    /// How long a silent member of the group holds its partitions, unless `kafka` says so.
    var session: [String: String]
    var group: String
    var topics: TopicNames
    var entityBucketMilliseconds: Int64
    var inbox: BoundedQueue<ProcessorMessage>
    var commits: BoundedQueue<CommitMessage>
    var decoder: EventDecoder
    var claimer: Claimer
    var spent: SpentTransactions
    var offsets: CommittedOffsets
    var stopping: StopFlag
    var readiness: Readiness
    var metrics: PipelineMetrics
    var logger: Logger
}

/// Builds the three threads' objects and sees that they end together.
struct PipelineThreads: Sendable {
    private let configuration: PipelineConfiguration
    private let stopping: StopFlag
    private let readiness: Readiness
    private let logger: Logger
    private let inbox: BoundedQueue<ProcessorMessage>
    private let commits: BoundedQueue<CommitMessage>
    private let offsets = CommittedOffsets()
    private let spent = SpentTransactions()
    private let metrics = PipelineMetrics()

    init(_ configuration: PipelineConfiguration, stopping: StopFlag, readiness: Readiness, logger: Logger) {
        self.configuration = configuration
        self.stopping = stopping
        self.readiness = readiness
        self.logger = logger
        let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
        self.inbox = inbox
        // What has been decided meanwhile can go at once.
        commits = BoundedQueue<CommitMessage>(capacity: 1) { inbox.nudge() }
    }

    /// Runs the threads; throws the first error once all have ended.
    func run() async throws {
        let rules = try startRules()
        let cluster = try describeCluster()
        let failure = Mutex<(any Error)?>(nil)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await thread("vigil-intake") { try intake(cluster).run() } }
            group.addTask { try await thread("vigil-processor") { try processor(rules).run() } }
            group.addTask { try await thread("vigil-committer") { try committer(cluster).run() } }
            if let origin = configuration.rulesOrigin {
                group.addTask { try await thread("vigil-rules") { watcher(rules, origin).run() } }
            }
            if let reload = configuration.modelReload {
                let watcher = ModelWatcher(
                    path: reload.path, adapter: reload.adapter, intervalMilliseconds: reload.intervalMilliseconds,
                    inbox: inbox, stopping: stopping, logger: logger)
                group.addTask { await watcher.run(from: configuration.model.hash) }
            }
            while let result = await group.nextResult() {
                guard case .failure(let error) = result else { continue }
                failure.withLock { $0 = $0 ?? error }
                // The others must not wait for a thread that is gone.
                stopping.stop(within: 0)
                inbox.close()
                commits.close()
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Runs `body` on a new thread, so that its blocking calls hold up no one else's tasks.
    private func thread(_ name: String, _ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread {
                continuation.resume(with: Result { try body() })
            }
            thread.name = name
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// - Throws: `PipelineFault.topicMissing`.
    private func describeCluster() throws -> ClusterDescription {
        let admin = try KafkaAdmin(settings: configuration.kafka, logger: logger)
        let cluster = try admin.describeCluster(timeoutMilliseconds: 10_000)
        for name in configuration.topics.all where !cluster.topics.contains(where: { $0.name == name }) {
            throw PipelineFault.topicMissing(name)
        }
        return cluster
    }

    /// A killed member must not hold its partitions for long; 6 s is the least that a real broker allows as it comes.
    private static let sessionSettings = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "1500"]

    private func intake(_ cluster: ClusterDescription) throws -> Intake {
        let restorer = SequenceRestorer(
            settings: configuration.kafka, topic: configuration.topics.sequences, model: configuration.model,
            metrics: metrics, logger: logger)
        return try Intake(
            IntakeParts(
                kafka: configuration.kafka,
                session: cluster.isEmbedded ? EmbeddedBroker.sessionSettings : Self.sessionSettings,
                group: configuration.group, topics: configuration.topics,
                entityBucketMilliseconds: configuration.model.encoder.schema.entityBucketMilliseconds, inbox: inbox,
                commits: commits,
                decoder: EventDecoder(
                    schema: configuration.model.encoder.schema, format: configuration.format,
                    form: configuration.form, limits: configuration.limits),
                claimer: Claimer(
                    settings: configuration.postgres, topics: configuration.topics, owner: configuration.owner,
                    restorer: restorer, stopping: stopping, logger: logger),
                spent: spent, offsets: offsets, stopping: stopping, readiness: readiness, metrics: metrics,
                logger: logger))
    }

    /// The rules to begin with; a database that is away is waited for.
    private func startRules() throws -> RuleSet {
        guard let origin = configuration.rulesOrigin else { return configuration.rules }
        let loader = loader(origin)
        var backoff = Backoff()
        while true {
            do {
                return try loader.load()
            } catch let error as PostgresError {
                guard error.isRetriable, !stopping.isStopping else { throw error }
                logger.warning("PostgreSQL: trying again to read the rules", metadata: ["error": "\(error)"])
            }
            stopping.wait(upTo: backoff.next())
        }
    }

    private func loader(_ origin: RuleOrigin) -> RuleLoader {
        RuleLoader(
            origin: origin, schema: configuration.model.encoder.schema, postgres: configuration.postgres,
            logger: logger)
    }

    private func watcher(_ rules: RuleSet, _ origin: RuleOrigin) -> RuleWatcher {
        RuleWatcher(
            rules, loader: loader(origin), inbox: inbox,
            intervalMilliseconds: configuration.rulesRefreshMilliseconds, stopping: stopping, metrics: metrics,
            logger: logger)
    }

    private func processor(_ rules: RuleSet) throws -> Processor {
        let scorer = try ScorerGroup(
            threads: configuration.scoringThreads, cacheMemoryBytes: configuration.cacheMemoryBytes
        ) { bytes in
            try Scorer(
                model: configuration.model, rules: rules, thresholds: configuration.thresholds,
                cacheMemoryBytes: bytes, cachePrecision: configuration.cachePrecision)
        }
        let shadows = try configuration.shadows.map { shadow in
            ShadowModel(
                name: shadow.name,
                scorer: try Scorer(
                    model: shadow.model, rules: rules, thresholds: configuration.thresholds,
                    cacheMemoryBytes: configuration.cacheMemoryBytes, cachePrecision: configuration.cachePrecision,
                    explains: false))
        }
        return Processor(
            ProcessorParts(
                inbox: inbox, commits: commits, scorer: scorer, shadows: shadows,
                pseudonymizer: configuration.pseudonymizer,
                alignment: BucketAlignment(
                    idleGraceMilliseconds: configuration.idleGraceMilliseconds,
                    maximumWaitMilliseconds: configuration.alignmentWaitMilliseconds),
                checkpointIntervalMilliseconds: configuration.checkpointIntervalMilliseconds, metrics: metrics,
                logger: logger, spent: spent, askEnds: { [offsets] in offsets.askEnds($0) },
                claimAgain: { [offsets] in offsets.claimAgain($0) }))
    }

    /// Our defaults under the user's properties.
    private static func producerSettings(_ settings: KafkaSettings) -> KafkaSettings {
        // A commit's records come all at once, and the next commit waits for their acknowledgements.
        KafkaSettings(
            bootstrapServers: settings.bootstrapServers,
            properties: ["linger.ms": "1"].merging(settings.properties) { $1 })
    }

    private func committer(_ cluster: ClusterDescription) throws -> Committer {
        let entities = cluster.topics.first { $0.name == configuration.topics.entities }
        return Committer(
            CommitterParts(
                queue: commits, inbox: inbox,
                producer: try KafkaProducer(settings: Self.producerSettings(configuration.kafka), logger: logger),
                postgres: configuration.postgres, topics: configuration.topics,
                schema: configuration.model.encoder.schema,
                entityPartitions: Int32(max(1, entities?.partitions.count ?? 1)), offsets: offsets,
                stopping: stopping, metrics: metrics, logger: logger, withoutCommits: configuration.withoutCommits))
    }
}
