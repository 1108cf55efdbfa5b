internal import Kafka
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// What the other threads tell the processor.
enum ProcessorMessage: Sendable {
    /// All partitions of the input topics, whoever holds them: none may be left behind unheard.
    case inputs([TopicPartition])
    /// Partitions were claimed; their state comes with them.
    case claimed([InputClaim], backlogs: [TopicPartition: Backlog])
    /// Partitions go: decide no more of them, commit what is decided, then say done.
    case revoked([TopicPartition], done: Latch)
    /// Another instance holds the partitions: forget them, nothing of them may be committed. Each with the newest epoch
    /// that is lost: a partition claimed again since then is not meant.
    case fenced([TopicPartition: Int64])
    /// Users who asked to be forgotten, by pseudonym: their histories and checkpoints go.
    case forget(Set<Text>)
    case events(IncomingBatch)
    /// Parts that other instances closed, or that were read back at the start.
    case remote([RemotePart])
    /// Where inputs end that the processor has asked about.
    case ends([TopicPartition: Int64])
    /// Another rule set takes over, from the next batch on.
    case rules(RuleSet)
    /// Score with this model from the next micro-batch on.
    case model(Model)
    /// Commit what is decided, checkpoint, then say done.
    case stop(done: Latch)
}

/// A part of a bucket read from the entities topic.
struct RemotePart: Sendable {
    var input: TopicPartition
    /// nil for a record that only moves the watermark.
    var part: EntityBucketPart?
    /// Where the bucket that the part was gathered in ends, in milliseconds; nil where it is one of the schema's.
    var end: Int64?
    /// Every bucket before this one is complete for the input.
    var watermark: Int64
    /// The offset at which the input has come to its end; nil where more is to come.
    var idleAt: Int64?
}
