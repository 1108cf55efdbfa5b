internal import Kafka

/// Why the service cannot go on; each says what to do about it.
public enum PipelineFault: Error, Hashable, Sendable, CustomStringConvertible {
    case topicMissing(String)
    /// PostgreSQL says more was decided than the topic holds: it was recreated, or this is another cluster.
    case progressBeyondTopic(topic: String, partition: Int32, next: Int64, end: Int64)
    case claimFailed(topic: String, partition: Int32)
    /// Retention was faster than the consumer.
    case recordsDeleted(topic: String, partition: Int32)
    /// The time to stop in ran out first; the events are not committed and will be decided again.
    case deadLettersUnacknowledged(Int)

    public var description: String {
        switch self {
        case .topicMissing(let topic):
            "topic '\(topic)' does not exist or has no partitions: create it, or correct its name under 'topics'"
        case .progressBeyondTopic(let topic, let partition, let next, let end):
            "\(topic)[\(partition)] ends at offset \(end), but vigil.stream_progress says that \(next) is next: "
                + "the topic was recreated or this is another cluster. Use a database of its own for it, or delete the row"
        case .claimFailed(let topic, let partition):
            "\(topic)[\(partition)] could not be claimed in vigil.stream_progress"
        case .recordsDeleted(let topic, let partition):
            "\(topic)[\(partition)]: the next records were deleted before they were read. The next start goes on with the "
                + "oldest there is; what is gone stays unaccounted. Keep records longer"
        case .deadLettersUnacknowledged(let count):
            "stopped before Kafka had acknowledged \(count) dead letters; their events are decided again at the next start"
        }
    }
}
