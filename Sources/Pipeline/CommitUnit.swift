internal import Kafka
internal import Rules
internal import Sequences
internal import Transactions

/// What one PostgreSQL transaction makes true, and what is published once it has.
struct CommitUnit: Sendable {
    /// One input's step, on condition that epoch and old offset are still what the worker holds.
    struct Step: Sendable {
        var input: TopicPartition
        var epoch: Int64
        var from: Int64
        var to: Int64
        var counts: EventCounts
        /// How the partition's days have gone up to `to`.
        var days = CircuitBreaker.Days()
    }

    /// A match of a rule in shadow.
    struct ShadowHit: Sendable {
        var source: SourceCoordinates
        var transactionID: String
        var pseudonym: String
        var eventTime: EventTime
        var hit: RuleHit
        /// What was decided.
        var decision: Disposition
        var rulesHash: String
    }

    /// What a model in shadow made of an event.
    struct ShadowScore: Sendable {
        var source: SourceCoordinates
        var model: ShadowModel.Name
        var transactionID: String
        var pseudonym: String
        var eventTime: EventTime
        /// The shadow's.
        var decision: Decision
        /// What was decided.
        var active: Decision
        var activeModelHash: String
        var rulesHash: String
    }

    /// A model in shadow and an input it looked at.
    struct ShadowKey: Hashable, Sendable {
        var input: TopicPartition
        var model: ShadowModel.Name
    }

    /// A record that could not be taken in.
    struct DeadLetter: Sendable {
        var source: SourceCoordinates
        var fault: EventFault
        var original: OriginalRecord
    }

    /// An input's step in event time: what it gathered before, and that nothing earlier will follow.
    struct Advance: Sendable {
        var input: TopicPartition
        var epoch: Int64
        /// The part this closed; nil where the bucket held nothing.
        var part: EntityBucketPart?
        /// Every bucket before this one is complete for the input.
        var watermark: Int64
        /// The first offset after the part.
        var offset: Int64
        /// The input has nothing more for now and holds nobody.
        var isIdle = false
    }

    /// An input's state as of an offset.
    struct Checkpoint: Sendable {
        struct User: Sendable {
            var pseudonym: String
            var offset: Int64
            var history: PackedHistory
            /// `UserProfile.encoded()`
            var profile: [UInt8] = []
            /// The epoch of the user's last checkpoint, whose record this one takes the place of.
            var formerEpoch: Int64?
        }

        var input: TopicPartition
        var epoch: Int64
        /// The first offset the state does not hold.
        var offset: Int64
        /// `FeatureExtractor.packedLayout` of the users' histories.
        var layout: UInt64
        /// Those who changed.
        var users: [User]
        /// All the partition's, changed or not.
        var userCount: Int
        var open: EntityBucketPart?
        /// Parts of closed buckets that are published before it, whenever that was.
        var closedParts = 0
    }

    /// A user whose checkpoints go, because they asked to be forgotten.
    struct Tombstone: Sendable {
        var input: TopicPartition
        var keys: [CheckpointKey]
    }

    var steps: [Step] = []
    /// Transactions whose scoring failed; each has a dead letter as well.
    var poisoned: [SourceCoordinates] = []
    var tombstones: [Tombstone] = []
    var alerts: [Alert] = []
    /// Transactions let through that a rule matched: stored, published nowhere.
    var allowed: [Alert] = []
    var deadLetters: [DeadLetter] = []
    var shadowHits: [ShadowHit] = []
    var shadowScores: [ShadowScore] = []
    var shadowCounts: [ShadowKey: ShadowModel.Counts] = [:]
    /// Of inputs where they changed.
    var aggregateStarts: [TopicPartition: AggregateStarts] = [:]
    var advances: [Advance] = []
    var checkpoints: [Checkpoint] = []
    /// Events decided in this unit.
    var eventCount = 0

    var isEmpty: Bool { steps.isEmpty && advances.isEmpty && checkpoints.isEmpty && tombstones.isEmpty }

    /// The inputs of which the unit holds something under an epoch that has been fenced.
    func inputs(fencedBy epochs: [TopicPartition: Int64]) -> Set<TopicPartition> {
        guard !epochs.isEmpty else { return [] }
        func isFenced(_ input: TopicPartition, _ epoch: Int64) -> Bool { epoch <= epochs[input] ?? .min }
        return Set(steps.lazy.filter { isFenced($0.input, $0.epoch) }.map(\.input))
            .union(advances.lazy.filter { isFenced($0.input, $0.epoch) }.map(\.input))
            .union(checkpoints.lazy.filter { isFenced($0.input, $0.epoch) }.map(\.input))
    }

    /// The unit without the inputs that another instance has taken over.
    func without(_ fenced: Set<TopicPartition>) -> CommitUnit {
        var rest = self
        rest.steps.removeAll { fenced.contains($0.input) }
        rest.alerts.removeAll { fenced.contains($0.source.input) }
        rest.allowed.removeAll { fenced.contains($0.source.input) }
        rest.shadowHits.removeAll { fenced.contains($0.source.input) }
        rest.shadowScores.removeAll { fenced.contains($0.source.input) }
        rest.shadowCounts = rest.shadowCounts.filter { !fenced.contains($0.key.input) }
        rest.aggregateStarts = rest.aggregateStarts.filter { !fenced.contains($0.key) }
        rest.deadLetters.removeAll { fenced.contains($0.source.input) }
        rest.poisoned.removeAll { fenced.contains($0.input) }
        rest.tombstones.removeAll { fenced.contains($0.input) }
        rest.advances.removeAll { fenced.contains($0.input) }
        rest.checkpoints.removeAll { fenced.contains($0.input) }
        return rest
    }
}

extension SourceCoordinates {
    var input: TopicPartition { TopicPartition(topic: topic, partition: partition) }
}
