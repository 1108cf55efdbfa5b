internal import Kafka
internal import Logging
internal import Transactions

/// What a replay reads of one partition.
struct PartitionRange {
    private static let timeout: Int32 = 10_000

    var partition: TopicPartition
    var offsets: Range<Int64>
    /// The partition no longer holds its first records, and the replay would have read them.
    var isTrimmed: Bool

    /// Every partition of the input's topics, from where the input begins to where the partition ends now.
    ///
    /// - Throws: `KafkaError`, also for a topic that does not exist.
    static func all(of input: KafkaReplayInput, logger: Logger) throws -> [PartitionRange] {
        let consumer = try KafkaConsumer(settings: input.kafka, logger: logger)
        defer { try? consumer.close() }
        var ranges: [PartitionRange] = []
        for topic in [input.transactions, input.labels].compactMap(\.self) {
            let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: timeout)
            let starts = try starts(of: partitions, input.start, consumer)
            for partition in partitions {
                let kept = try consumer.watermarks(of: partition, timeoutMilliseconds: timeout)
                let first = min(max(kept.lowerBound, starts[partition] ?? kept.lowerBound), kept.upperBound)
                ranges.append(
                    PartitionRange(
                        partition: partition, offsets: first..<kept.upperBound,
                        isTrimmed: kept.lowerBound > 0 && first == kept.lowerBound))
            }
        }
        return ranges
    }

    /// Where to begin by the broker's index of times; partitions it says nothing of are read from their oldest record,
    /// which only costs time.
    private static func starts(
        of partitions: [TopicPartition], _ start: EventTime?, _ consumer: KafkaConsumer
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        guard let start else { return [:] }
        let times = Dictionary(uniqueKeysWithValues: partitions.map { ($0, max(0, start.milliseconds)) })
        return try consumer.offsets(forTimes: times, timeoutMilliseconds: timeout)
    }
}
