internal import Kafka

/// What the committer is asked to do, in order.
enum CommitMessage: Sendable {
    case commit(CommitUnit)
    /// Publish what a former owner of these inputs committed and did not publish.
    case recover([TopicPartition])
    /// Open the latch once everything before is committed, published and acknowledged.
    case flush(Latch)
    /// The same, then end.
    case finish(Latch)
}
