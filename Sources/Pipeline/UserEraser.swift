public import Kafka
public import Logging
internal import Transactions

/// Takes a user's checkpoints out of the sequences topic.
public struct UserEraser {
    private let settings: KafkaSettings
    private let topic: String
    private let logger: Logger

    /// - Parameter topic: the sequences topic.
    public init(settings: KafkaSettings, topic: String, logger: Logger) {
        self.settings = settings
        self.topic = topic
        self.logger = logger
    }

    /// Reads the topic to its present end and writes a tombstone for each key of the user's.
    ///
    /// - Returns: how many keys had a record.
    /// - Throws: `KafkaError`.
    public func erase(pseudonym: String) throws -> Int {
        let keys = try liveKeys(of: pseudonym)
        guard !keys.isEmpty else { return 0 }
        let producer = try KafkaProducer(settings: settings.adding(["message.timeout.ms": "60000"]), logger: logger)
        for (partition, live) in keys {
            for key in live {
                try producer.produce(
                    ProducerRecord(topic: topic, partition: partition, key: key.encoded, value: nil))
            }
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 70_000)
        if let error = reports.compactMap(\.error).first { throw error }
        return keys.values.reduce(0) { $0 + $1.count }
    }

    private func liveKeys(of pseudonym: String) throws -> [Int32: Set<CheckpointKey>] {
        let consumer = try KafkaConsumer(settings: settings, logger: logger)
        var (starts, ends): ([TopicPartition: Int64], [TopicPartition: Int64]) = ([:], [:])
        for partition in try consumer.partitions(of: topic, timeoutMilliseconds: 10_000) {
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            guard !range.isEmpty else { continue }
            (starts[partition], ends[partition]) = (range.lowerBound, range.upperBound)
        }
        try consumer.assign(starts)
        var keys: [Int32: Set<CheckpointKey>] = [:]
        while !ends.isEmpty {
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 1000)
            for message in batch {
                if message.offset + 1 >= ends[message.topicPartition] ?? .max { ends[message.topicPartition] = nil }
                // A key of another form is nobody's checkpoint.
                guard let key = try? CheckpointKey(message.key), key.pseudonym == Text(pseudonym) else { continue }
                let partition = message.topicPartition.partition
                if message.value == nil {
                    keys[partition]?.remove(key)
                } else {
                    keys[partition, default: []].insert(key)
                }
            }
            for (partition, end) in batch.endsOfPartitions where end >= ends[partition] ?? 0 { ends[partition] = nil }
        }
        try consumer.close()
        return keys.filter { !$0.value.isEmpty }
    }
}
