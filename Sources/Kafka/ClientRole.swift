import CRdKafka

/// What a client is for, and the properties that follow from it.
enum ClientRole {
    case producer
    /// Without a group the consumer is only good for manual assignment and metadata.
    case consumer(groupID: String?)

    /// librdkafka wants a group's name even where no group is joined.
    static let groupOfManualAssignment = "vigil-manual"

    var type: rd_kafka_type_t {
        switch self {
        case .producer: RD_KAFKA_PRODUCER
        case .consumer: RD_KAFKA_CONSUMER
        }
    }

    /// Properties a user may override.
    var defaults: [String: String] {
        let common = ["client.id": "vigil", "socket.nagle.disable": "true"]
        switch self {
        case .producer:
            // Java's partitioner, so that other producers' keyed messages land on the same partitions.
            return common.merging([
                "acks": "all", "compression.type": "lz4", "linger.ms": "5", "partitioner": "murmur2_random",
            ]) { $1 }
        case .consumer:
            return common.merging([
                "auto.offset.reset": "earliest", "enable.partition.eof": "true", "fetch.wait.max.ms": "10",
                "group.id": Self.groupOfManualAssignment,
            ]) { $1 }
        }
    }

    /// Whether a property is of use to this client: one set of settings serves consumers and producers, and librdkafka
    /// warns of what it does not need.
    ///
    /// - Source: column C/P of https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
    func understands(_ property: String) -> Bool {
        switch self {
        case .producer: !Self.ofConsumers.contains(property)
        case .consumer: !Self.ofProducers.contains(property)
        }
    }

    private static let ofConsumers: Set<String> = [
        "auto.commit.enable", "auto.commit.interval.ms", "auto.offset.reset", "check.crcs",
        "consume.callback.max.messages",
        "coordinator.query.interval.ms", "enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof",
        "fetch.error.backoff.ms", "fetch.max.bytes", "fetch.message.max.bytes", "fetch.min.bytes", "fetch.wait.max.ms",
        "group.id", "group.instance.id", "group.protocol.type", "heartbeat.interval.ms", "isolation.level",
        "max.partition.fetch.bytes", "max.poll.interval.ms", "offset.store.method", "partition.assignment.strategy",
        "queued.max.messages.kbytes", "queued.min.messages", "session.timeout.ms",
    ]

    private static let ofProducers: Set<String> = [
        "acks", "batch.num.messages", "batch.size", "compression.codec", "compression.level", "compression.type",
        "delivery.report.only.error", "delivery.timeout.ms", "enable.gapless.guarantee", "enable.idempotence",
        "linger.ms",
        "message.send.max.retries", "message.timeout.ms", "partitioner", "queue.buffering.backpressure.threshold",
        "queue.buffering.max.kbytes", "queue.buffering.max.messages", "queue.buffering.max.ms", "queuing.strategy",
        "request.required.acks", "request.timeout.ms", "retries", "retry.backoff.ms", "sticky.partitioning.linger.ms",
        "transaction.timeout.ms", "transactional.id",
    ]

    /// Properties the guarantees rest on: another value is refused.
    var required: [String: String] {
        switch self {
        case .producer:
            return ["enable.idempotence": "true"]
        case .consumer(let groupID):
            var required = ["enable.auto.commit": "false", "enable.auto.offset.store": "false"]
            required["group.id"] = groupID
            return required
        }
    }
}
