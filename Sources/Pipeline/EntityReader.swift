internal import CoreMetrics
internal import Kafka
internal import Logging
internal import Sequences

/// Reads the entities topic from its beginning and then follows it: what other instances have completed.
///
/// Owned by the intake's thread.
final class EntityReader {
    private let consumer: KafkaConsumer
    private let topic: String
    private let bucketMilliseconds: Int64
    private let metrics: PipelineMetrics
    private let logger: Logger
    /// Newest open part of each input, with the first offset it does not hold.
    private(set) var open: [TopicPartition: EntityRecord] = [:]
    /// Where the open buckets begin, in milliseconds, whatever their length was.
    private var openStarts: [TopicPartition: Int64] = [:]
    /// Where the buckets end, in milliseconds, whose parts the topic holds of each input.
    private(set) var ends: [TopicPartition: Set<Int64>] = [:]
    /// The topic still holds everything ever written to it, compaction apart, as far as can be seen.
    private(set) var isComplete = true
    /// Read by a `catchUp` that failed later on: the next one has them, for they are not read again.
    private var unheard: [RemotePart] = []
    private var hasCaughtUp = false
    /// Inputs whose missing parts have been told.
    private var reported: Set<TopicPartition> = []

    /// - Parameter bucketMilliseconds: the schema's buckets, which records in others are brought to.
    init(
        settings: KafkaSettings, topic: String, bucketMilliseconds: Int64, metrics: PipelineMetrics, logger: Logger
    ) throws(KafkaError) {
        consumer = try KafkaConsumer(settings: settings, logger: logger)
        self.topic = topic
        self.bucketMilliseconds = bucketMilliseconds
        self.metrics = metrics
        self.logger = logger
    }

    /// Begins at the topic's beginning; once, before everything else.
    ///
    /// - Throws: `KafkaError` where its brokers are away: then it may be tried again.
    func start() throws {
        let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: 10_000)
        guard !partitions.isEmpty else { throw PipelineFault.topicMissing(topic) }
        var starts: [TopicPartition: Int64] = [:]
        for partition in partitions {
            starts[partition] = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000).lowerBound
        }
        try consumer.assign(starts)
    }

    /// Reads what is there now, to the end of every partition.
    ///
    /// Where parts of an input are missing, what the topic says of its progress does not hold: its owner makes them again,
    /// and says anew how far it is. So the first time such inputs come as if they had not been heard of yet.
    func catchUp() throws -> [RemotePart] {
        var open: Set<TopicPartition> = []
        var ends: [TopicPartition: Int64] = [:]
        let positions = try consumer.positions(try consumer.assignment())
        for partition in try consumer.assignment() {
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            if range.lowerBound > 0 { isComplete = false }
            ends[partition] = range.upperBound
            if range.upperBound > max(range.lowerBound, positions[partition] ?? 0) { open.insert(partition) }
        }
        while !open.isEmpty {
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 1000)
            unheard += decode(batch)
            // An end seen before the newest records came is not theirs.
            for (partition, end) in batch.endsOfPartitions where end >= ends[partition] ?? 0 { open.remove(partition) }
            for message in batch where message.offset + 1 >= ends[message.topicPartition] ?? 0 {
                open.remove(message.topicPartition)
            }
        }
        defer { unheard.removeAll() }
        reportMissingParts()
        guard !hasCaughtUp else { return unheard }
        hasCaughtUp = true
        let doubtful = Set(self.open.keys.filter { missingParts(of: $0) > 0 })
        return unheard.map { part in
            guard doubtful.contains(part.input) else { return part }
            var part = part
            (part.watermark, part.idleAt) = (.min, nil)
            return part
        }
    }

    /// Tells that a checkpoint of the input must be there and is not.
    func reportMissingOpenPart(of input: TopicPartition) {
        metrics.missingEntityParts.increment()
        logger.warning(
            "No checkpoint of the partition's open bucket; it is made again from the input topic",
            metadata: ["partition": "\(input)", "topic": "\(topic)"])
    }

    private func reportMissingParts() {
        for (input, record) in open where !reported.contains(input) {
            let missing = missingParts(of: input)
            guard missing > 0 else { continue }
            reported.insert(input)
            metrics.missingEntityParts.increment(by: missing)
            logger.warning(
                "Buckets are missing in the entities topic; the partition's owner makes them again when it starts",
                metadata: [
                    "partition": "\(input)", "topic": "\(topic)", "missing": "\(missing) of \(record.closedParts ?? 0)",
                ])
        }
    }

    /// How many parts the topic must hold of an input, by its last checkpoint, and does not.
    func missingParts(of input: TopicPartition) -> Int64 {
        guard let closed = open[input]?.closedParts else { return 0 }
        // What was closed since says nothing of what was there then.
        let start = openStarts[input] ?? .max
        return max(0, closed - Int64(ends[input]?.count { $0 <= start } ?? 0))
    }

    /// What has arrived since, without waiting.
    func follow() throws -> [RemotePart] {
        decode(try consumer.poll(maximum: 10_000, timeoutMilliseconds: 0))
    }

    func close() throws {
        try consumer.close()
    }

    private func decode(_ batch: MessageBatch) -> [RemotePart] {
        batch.compactMap { message in
            do throws(RecordFault) {
                guard let value = message.value else {
                    if let (input, bucket) = EntityRecord.bucket(ofKey: message.key) {
                        ends[input]?.remove((bucket &+ 1) &* bucketMilliseconds)
                    }
                    throw RecordFault(description: "a tombstone, which nobody writes")
                }
                let written = try EntityRecord(key: message.key, value: value)
                let record = written.inBuckets(ofMilliseconds: bucketMilliseconds)
                if record.kind == .open {
                    open[record.input] = record
                    openStarts[record.input] = written.part.map { $0.bucket &* written.bucketMilliseconds }
                    return nil
                }
                if let end = written.partEnd { ends[record.input, default: []].insert(end) }
                return RemotePart(
                    input: record.input, part: record.part, end: written.partEnd, watermark: record.watermark,
                    idleAt: record.isIdle ? record.offset : nil)
            } catch {
                metrics.badCheckpointRecords.increment()
                logger.warning(
                    "Record of the entities topic passed over",
                    metadata: ["offset": "\(message.topicPartition)@\(message.offset)", "fault": "\(error)"])
                isComplete = false
                return nil
            }
        }
    }
}
