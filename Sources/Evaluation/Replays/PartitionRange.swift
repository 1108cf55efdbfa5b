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

    /// Timestamps of one partition are taken to be out of order by no more than this.
    private static let disorder = EventTime.millisecondsPerDay

    /// Every partition of the input's topics, from where the input begins to where the partition ends now.
    ///
    /// Begins by the broker's index of times, or where it knows none, by searching the records' timestamps.
    /// - Throws: `KafkaError`, also for a topic that does not exist.
    static func all(of input: KafkaReplayInput, logger: Logger) throws -> [PartitionRange] {
        let consumer = try KafkaConsumer(settings: input.kafka, logger: logger)
        defer { try? consumer.close() }
        let reader = try KafkaPartitionReader(settings: input.kafka, partitions: 1, logger: logger)
        var ranges: [PartitionRange] = []
        for topic in [input.transactions, input.labels].compactMap(\.self) {
            let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: timeout)
            let indexed = try starts(of: partitions, input.start, consumer)
            for partition in partitions {
                let kept = try consumer.watermarks(of: partition, timeoutMilliseconds: timeout)
                let start = try indexed[partition] ?? searched(partition, kept, input.start, reader)
                let first = min(max(kept.lowerBound, start), kept.upperBound)
                ranges.append(
                    PartitionRange(
                        partition: partition, offsets: first..<kept.upperBound,
                        isTrimmed: kept.lowerBound > 0 && first == kept.lowerBound))
            }
        }
        return ranges
    }

    /// Where to begin by the broker's index; partitions without any record from there on are left out, and all of them
    /// where the broker has no index.
    private static func starts(
        of partitions: [TopicPartition], _ start: EventTime?, _ consumer: KafkaConsumer
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        guard let start else { return [:] }
        let times = Dictionary(uniqueKeysWithValues: partitions.map { ($0, max(0, start.milliseconds)) })
        return try consumer.offsets(forTimes: times, timeoutMilliseconds: timeout)
    }

    /// Where to begin by the timestamps of single records.
    private static func searched(
        _ partition: TopicPartition, _ kept: Range<Int64>, _ start: EventTime?, _ reader: KafkaPartitionReader
    ) throws -> Int64 {
        guard let start else { return kept.lowerBound }
        let search = TimeSearch { offset in
            try reader.start(partition, at: offset)
            defer { reader.stop() }
            for _ in 0..<50 {
                let batch = try reader.read(partition, maximum: 1, timeoutMilliseconds: 200)
                if let message = batch.first { return (message.offset, message.timestampMilliseconds) }
                if batch.endsOfPartitions[partition] != nil { return nil }
            }
            // Whoever does not answer is read from the beginning, and may do so then.
            return (offset, nil)
        }
        return try search.start(in: kept, notBefore: start.milliseconds - disorder)
    }
}
