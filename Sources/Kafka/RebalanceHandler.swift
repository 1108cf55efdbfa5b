/// What the application does when partitions come and go.
///
/// Called on the thread that is inside `KafkaConsumer.poll` or `close`, one call at a time. An error thrown here is
/// thrown again by `poll`.
public protocol RebalanceHandler: AnyObject {
    /// New partitions. Answers where to start each: an offset, or one of `KafkaOffset`. Those left out start at the
    /// group's committed offset. If this throws, none of them is assigned.
    func assigned(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64]

    /// Partitions that go when this returns: process what is in hand and commit. They are still owned here.
    ///
    /// A commit to Kafka may be refused here as retriable (`REBALANCE_IN_PROGRESS`): always by the embedded broker,
    /// by a real one if this comes late in the rebalance.
    func revoked(_ partitions: [TopicPartition]) throws

    /// Partitions that already belong to someone else: drop their state, commit nothing.
    func lost(_ partitions: [TopicPartition]) throws
}
