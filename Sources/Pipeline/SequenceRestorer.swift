internal import CoreMetrics
internal import Kafka
internal import Logging
internal import Scoring
internal import Sequences

/// Reads the newest checkpoint of each user of some partitions from the sequences topic.
struct SequenceRestorer {
    /// Users by pseudonym, and whether the partition's checkpoints can be relied on.
    struct Partition {
        var users: [String: RestoredState.User] = [:]
        var isTrusted = true
    }

    let settings: KafkaSettings
    let topic: String
    let model: Model
    let metrics: PipelineMetrics
    let logger: Logger

    /// Reads the given partitions to their present end.
    func restore(_ partitions: [Int32]) throws -> [Int32: Partition] {
        var restored = Dictionary(uniqueKeysWithValues: partitions.map { ($0, Partition()) })
        guard !partitions.isEmpty else { return restored }
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
            if range.lowerBound > 0 { distrust(number, "its oldest records are gone", in: &restored) }
            guard !range.isEmpty else { continue }
            starts[partition] = range.lowerBound
            ends[partition] = range.upperBound
        }
        try consumer.assign(starts)
        while !ends.isEmpty {
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 1000)
            for message in batch {
                take(message, into: &restored)
                if message.offset + 1 >= ends[message.topicPartition] ?? .max { ends[message.topicPartition] = nil }
            }
            for partition in batch.endsOfPartitions.keys { ends[partition] = nil }
        }
        try consumer.close()
        return restored
    }

    private func take(_ message: KafkaMessage, into restored: inout [Int32: Partition]) {
        let number = message.topicPartition.partition
        do {
            let key = try CheckpointKey(message.key)
            let known = restored[number]?.users[key.pseudonym]
            guard let value = message.value else {
                if known?.epoch == key.epoch { restored[number]?.users[key.pseudonym] = nil }
                return
            }
            let record = try CheckpointRecord(decoding: value)
            let extractor = model.encoder.extractor
            let history = try UserHistory(
                decoding: record.history, layout: extractor.layout, rawCount: extractor.rawCount,
                capacity: model.historyLength)
            let profile = record.profile.isEmpty ? UserProfile() : try UserProfile(decoding: record.profile)
            // What a former owner sends late, and what a broker stores twice, does not replace what is newer.
            if let known, (known.epoch, known.offset) > (key.epoch, record.offset) { return }
            restored[number]?.users[key.pseudonym] = RestoredState.User(
                history: history, profile: profile, offset: record.offset, epoch: key.epoch)
        } catch {
            metrics.badCheckpointRecords.increment()
            distrust(number, "record at offset \(message.offset): \(error)", in: &restored)
        }
    }

    private func distrust(_ partition: Int32, _ why: String, in restored: inout [Int32: Partition]) {
        if restored[partition]?.isTrusted == true {
            logger.warning(
                "Checkpoints not usable; the partition's users are restored from the input topic",
                metadata: ["partition": "\(topic)[\(partition)]", "reason": "\(why)"])
        }
        restored[partition]?.isTrusted = false
    }
}
