internal import CoreMetrics
internal import Kafka
internal import Logging
internal import Scoring
internal import Sequences
internal import Transactions

/// Reads the newest checkpoint of each user of some partitions from the sequences topic.
struct SequenceRestorer {
    /// Users by pseudonym, and whether the partition's checkpoints can be relied on.
    struct Partition {
        var users: [Text: RestoredState.User] = [:]
        var isTrusted = true

        /// - Parameter records: how many there are: at most a record a user, but many more in a topic never compacted.
        init(records: Int = 0) { users.reserveCapacity(min(records, 1 << 14)) }

        /// Takes a record of the sequences topic in; a tombstone takes out what was written under the same epoch.
        ///
        /// - Throws: `RecordFault` or `StateFault` for bytes that cannot be trusted.
        mutating func install(
            key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, extractor: FeatureExtractor, capacity: Int
        ) throws {
            let key = try CheckpointKey(key)
            let known = users[key.pseudonym].map { ($0.epoch, $0.offset) }
            guard let value else {
                if known?.0 == key.epoch { users[key.pseudonym] = nil }
                return
            }
            let record = try CheckpointRecord(decoding: value, extractor: extractor, capacity: capacity)
            // What a former owner sends late, and what a broker stores twice, does not replace what is newer.
            if let known, known > (key.epoch, record.offset) { return }
            let profile = record.profile.isEmpty ? UserProfile() : try UserProfile(decoding: record.profile)
            users[key.pseudonym] = RestoredState.User(
                history: record.history, profile: profile, offset: record.offset, epoch: key.epoch)
        }
    }

    let settings: KafkaSettings
    let topic: String
    let model: Model
    let metrics: PipelineMetrics
    let logger: Logger
    private let extractor: FeatureExtractor

    init(settings: KafkaSettings, topic: String, model: Model, metrics: PipelineMetrics, logger: Logger) {
        self.settings = settings
        self.topic = topic
        self.model = model
        self.metrics = metrics
        self.logger = logger
        extractor = model.encoder.extractor
    }

    /// Reads partitions to their present end.
    ///
    /// - Parameter expected: how many users each must hold at the least; one with fewer is not relied on.
    func restore(_ expected: [Int32: Int64]) throws -> [Int32: Partition] {
        let partitions = expected.keys.sorted()
        var restored = Dictionary(uniqueKeysWithValues: partitions.map { ($0, Partition()) })
        guard !partitions.isEmpty else { return restored }
        let started = metrics.now()
        let consumer = try KafkaConsumer(settings: settings, logger: logger)
        var starts: [TopicPartition: Int64] = [:]
        var ends: [TopicPartition: Int64] = [:]
        let existing = Set(try consumer.partitions(of: topic, timeoutMilliseconds: 10_000))
        for number in partitions {
            let partition = TopicPartition(topic: topic, partition: number)
            guard existing.contains(partition) else {
                throw PipelineFault.topicMissing("\(topic)[\(number)]")
            }
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            restored[number] = Partition(records: range.count)
            if range.lowerBound > 0 { distrust(number, "its oldest records are gone", in: &restored) }
            guard !range.isEmpty else { continue }
            starts[partition] = range.lowerBound
            ends[partition] = range.upperBound
        }
        try consumer.assign(starts)
        while !ends.isEmpty {
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 1000)
            var newest = batch.partitions.map { _ in Int64.min }
            for message in batch {
                take(message, of: batch.partitions[message.partitionIndex].partition, into: &restored)
                newest[message.partitionIndex] = message.offset
            }
            for (partition, offset) in zip(batch.partitions, newest) where offset + 1 >= ends[partition] ?? .max {
                ends[partition] = nil
            }
            for (partition, end) in batch.endsOfPartitions where end >= ends[partition] ?? 0 { ends[partition] = nil }
        }
        try consumer.close()
        for (number, users) in expected {
            let missing = users - Int64(restored[number]?.users.count ?? 0)
            guard missing > 0 else { continue }
            metrics.missingCheckpoints.increment(by: missing)
            distrust(number, "\(missing) of \(users) users have no record", in: &restored)
        }
        let users = restored.values.reduce(0) { $0 + $1.users.count }
        let seconds = Double(metrics.elapsed(since: started)) / 1e9
        logger.info(
            "Checkpoints read",
            metadata: [
                "partitions": "\(partitions.count)", "users": "\(users)", "seconds": "\(seconds)",
                "users_per_second": "\(Int(Double(users) / max(seconds, 1e-9)))",
            ])
        return restored
    }

    private func take(_ message: KafkaMessage, of number: Int32, into restored: inout [Int32: Partition]) {
        do {
            try restored[number]?.install(
                key: message.key, value: message.value, extractor: extractor, capacity: model.historyLength)
        } catch {
            metrics.badCheckpointRecords.increment()
            distrust(number, "record at offset \(message.offset): \(error)", in: &restored)
        }
    }

    private func distrust(_ partition: Int32, _ why: String, in restored: inout [Int32: Partition]) {
        if restored[partition]?.isTrusted == true {
            logger.warning(
                "Checkpoints are not all usable; users without a sound one are restored from the input topic",
                metadata: ["partition": "\(topic)[\(partition)]", "reason": "\(why)"])
        }
        restored[partition]?.isTrusted = false
    }
}
