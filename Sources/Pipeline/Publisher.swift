internal import Kafka
internal import Logging
internal import Transactions

/// Writes to the review, dead-letter, sequences and entities topics and keeps account of what was acknowledged.
///
/// Owned by the committer's thread.
final class Publisher {
    /// What an acknowledgement makes true.
    enum Effect {
        case published(alertID: String, eventTime: Int64)
        case checkpointed(group: Int)
        case nothing
    }

    /// A record on its way; kept until acknowledged, so that a failed one is sent again.
    struct Outgoing {
        var topic: String
        var partition: Int32?
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [KafkaHeader] = []
        var timestamp: Int64?
        var effect: Effect
    }

    private let producer: KafkaProducer
    private let stopping: StopFlag
    private let logger: Logger
    private var outstanding: [UInt64: Outgoing] = [:]
    private var nextTag: UInt64 = 1

    init(producer: KafkaProducer, stopping: StopFlag, logger: Logger) {
        self.producer = producer
        self.stopping = stopping
        self.logger = logger
    }

    var isIdle: Bool { outstanding.isEmpty }

    /// Queues a record; waits for room where the queue is full.
    ///
    /// - Throws: `KafkaError` that trying again would not cure.
    func send(_ record: Outgoing, onEffect: (Effect) throws -> Void) throws {
        let tag = nextTag
        nextTag += 1
        outstanding[tag] = record
        while let error = enqueue(record, tag: tag) {
            guard error.isRetriable, !stopping.isOverdue else { throw error }
            try collect(timeoutMilliseconds: 100, onEffect: onEffect)
        }
    }

    private func enqueue(_ record: Outgoing, tag: UInt64) -> KafkaError? {
        do {
            try producer.produce(
                ProducerRecord(
                    topic: record.topic, partition: record.partition, key: record.key, value: record.value,
                    headers: record.headers, timestampMilliseconds: record.timestamp, tag: tag))
            return nil
        } catch {
            return error
        }
    }

    /// Carries out the effects of what was acknowledged; sends again what failed for a passing reason.
    func collect(timeoutMilliseconds: Int32, onEffect: (Effect) throws -> Void) throws {
        for report in try producer.poll(timeoutMilliseconds: timeoutMilliseconds) {
            guard let record = outstanding.removeValue(forKey: report.tag) else { continue }
            guard let error = report.error else {
                try onEffect(record.effect)
                continue
            }
            guard error.isRetriable else { throw error }
            logger.warning("Publishing again", metadata: ["topic": "\(record.topic)", "error": "\(error)"])
            try send(record, onEffect: onEffect)
        }
    }
}
