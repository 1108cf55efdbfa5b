import CRdKafka

/// Owns one `rd_kafka_topic_t`: librdkafka's local object for a topic, which need not exist on the cluster.
///
/// `@unchecked Sendable`: topic objects may be used from any thread, and the pointer never changes.
final class TopicHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let client: ClientHandle

    init(_ name: String, client: ClientHandle) throws(KafkaError) {
        guard let pointer = rd_kafka_topic_new(client.pointer, name, nil) else {
            throw KafkaError(
                code: KafkaErrorCode(rd_kafka_last_error()), operation: "open topic", message: "topic '\(name)'")
        }
        self.pointer = pointer
        self.client = client
    }

    deinit {
        rd_kafka_topic_destroy(pointer)
    }
}
