import Foundation
import Kafka
import Synchronization

/// Reads a topic and commits its offsets, and does nothing else: what any consumer costs at least.
final class NullConsumer: RebalanceHandler, Sendable {
    private let consumer: KafkaConsumer
    private let topic: String
    private let isStopped = Atomic(false)

    init(settings: KafkaSettings, topic: String, group: String) throws {
        let defaults = ["session.timeout.ms": "6000"]
        consumer = try KafkaConsumer(settings: settings.adding(defaults), groupID: group)
        self.topic = topic
    }

    /// Ends `run` soon.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Works until `stop`; blocks.
    func run() throws {
        try consumer.subscribe([topic], rebalance: self)
        var next: [TopicPartition: Int64] = [:]
        var committed = DispatchTime.now()
        while !isStopped.load(ordering: .relaxed) {
            let batch = try consumer.poll(maximum: 4096, timeoutMilliseconds: 20)
            var ends = [Int64](repeating: 0, count: batch.partitions.count)
            for message in batch { ends[message.partitionIndex] = message.offset + 1 }
            for (partition, end) in zip(batch.partitions, ends) { next[partition] = end }
            let now = DispatchTime.now()
            guard !next.isEmpty, now.uptimeNanoseconds - committed.uptimeNanoseconds > 10_000_000 else { continue }
            try consumer.commitLater(next)
            next.removeAll(keepingCapacity: true)
            committed = now
        }
        try consumer.close(timeoutMilliseconds: 3000)
    }

    func assigned(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) })
    }

    func revoked(_ partitions: [TopicPartition]) throws {}

    func lost(_ partitions: [TopicPartition]) throws {}
}
