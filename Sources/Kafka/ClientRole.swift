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
