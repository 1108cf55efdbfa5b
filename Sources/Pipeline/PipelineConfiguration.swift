internal import Foundation
public import Kafka
public import Postgres
public import Rules
public import Scoring
public import Transactions
public import Transformer

/// Everything the processor needs; the command line fills it from flags, environment and file.
public struct PipelineConfiguration: Sendable {
    public var kafka: KafkaSettings
    /// Consumer group.
    public var group = "vigil"
    public var topics = TopicNames()
    public var postgres: PostgresSettings
    public var model: Model
    /// The model's directory, its adapter (as in `Model.load`) and how often they are looked at for another model, in
    /// milliseconds; nil: never.
    public var modelReload: (path: String, adapter: String?, intervalMilliseconds: Int64)?
    /// Models in shadow, of the same schema: they score the same events under the same rules and thresholds, each with
    /// users and caches of its own, and decide nothing.
    public var shadows: [(name: String, model: Model)] = []
    /// The rules in force where they are not followed.
    public var rules: RuleSet
    /// Where rules are followed; nil: `rules` stay as they are.
    public var rulesOrigin: RuleOrigin?
    /// How often it is looked whether rules or their lists have changed.
    public var rulesRefreshMilliseconds: Int64 = 2_000
    /// nil: the model's own threshold, no decline by score.
    public var thresholds: Thresholds?
    public var pseudonymizer: Pseudonymizer
    /// How transactions are written on their topic, and the form of those in JSON.
    public var format = EventFormat.json
    public var form = EventForm.canonical
    public var limits = EventLimits()
    /// Threads that a batch is shared out to; no decision depends on it. Half of the cores, the others are for reading and
    /// committing; yet two where there are two, as deciding is most of the work.
    public var scoringThreads = min(8, max(min(2, Self.cores), Self.cores / 2))
    private static let cores = ProcessInfo.processInfo.activeProcessorCount
    /// Bound on cached keys and values.
    public var cacheMemoryBytes = 1 << 31
    /// How keys and values are held.
    public var cachePrecision = CachePrecision.standard
    public var checkpointIntervalMilliseconds: Int64 = 30_000
    /// An input at its end for this long holds no other.
    public var idleGraceMilliseconds: Int64 = 1_000
    /// How long an input that lags in event time may hold the others.
    public var alignmentWaitMilliseconds: Int64 = 30_000
    /// Time to finish in after a stop is asked for.
    public var stopSeconds = 8.0
    /// Written to `stream_progress`.
    public var owner: String
    /// Told how far inputs are decided, in place of all that makes it true: nothing is stored or published. Only for
    /// measuring what the guarantee costs; no setting leads here.
    package var withoutCommits: (@Sendable ([TopicPartition: Int64]) -> Void)?

    public init(
        kafka: KafkaSettings, postgres: PostgresSettings, model: Model, rules: RuleSet, pseudonymizer: Pseudonymizer,
        owner: String
    ) {
        self.kafka = kafka
        self.postgres = postgres
        self.model = model
        self.rules = rules
        self.pseudonymizer = pseudonymizer
        self.owner = owner
    }
}
