import CRdKafka
public import Logging
import Synchronization

/// An idempotent producer: acknowledged by all replicas, in order, without duplicates within its lifetime.
///
/// `produce` only queues; the outcome comes as a `DeliveryReport` from `poll` or `flush`. Calls may come from any
/// thread, but reports go to whichever thread asks first. What is still queued when the producer goes is lost: `flush`.
public final class KafkaProducer: Sendable {
    let client: ClientHandle
    private let topics: Mutex<[String: TopicHandle]>

    /// - Throws: `KafkaError` that names the property at fault. Connects to nothing before it returns.
    public init(settings: KafkaSettings, logger: Logger? = nil) throws(KafkaError) {
        client = try ClientHandle.make(
            settings, role: .producer,
            context: ClientContext(logger: logger, bootstrapServers: settings.bootstrapServers))
        topics = Mutex([:])
    }

    /// Queues one message; its bytes are copied. The fast path: allocates nothing in Swift without headers.
    ///
    /// - Parameters:
    ///   - partition: `nil` lets the key choose (Java's hash), or chance without a key.
    ///   - value: `nil` is a tombstone.
    ///   - timestampMilliseconds: since the Unix epoch; `nil` is now.
    ///   - tag: comes back in the delivery report.
    /// - Throws: `KafkaError`; `queueFull` can be tried again after a `poll`.
    public func produce(
        topic: String, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader] = [], timestampMilliseconds: Int64? = nil, tag: UInt64
    ) throws(KafkaError) {
        let topicHandle = try handle(of: topic)
        let list = headers.isEmpty ? nil : Self.headerList(headers)
        let response = vigil_produce(
            client.pointer, topicHandle.pointer, partition ?? RD_KAFKA_PARTITION_UNASSIGNED, Self.start(key),
            key?.count ?? 0, Self.start(value), value?.count ?? 0, timestampMilliseconds ?? 0, list,
            UnsafeMutableRawPointer(bitPattern: UInt(tag)))
        guard response != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        // librdkafka takes the headers over only on success.
        if let list { rd_kafka_headers_destroy(list) }
        throw Self.error(response, topic: topic, partition: partition)
    }

    /// Queues one message; see the other `produce`.
    public func produce(_ record: ProducerRecord) throws(KafkaError) {
        let outcome: Result<Void, KafkaError> = Self.withBytes(record.key) { key in
            Self.withBytes(record.value) { value in
                Result { () throws(KafkaError) in
                    try produce(
                        topic: record.topic, partition: record.partition, key: key, value: value,
                        headers: record.headers, timestampMilliseconds: record.timestampMilliseconds, tag: record.tag)
                }
            }
        }
        try outcome.get()
    }

    private func handle(of topic: String) throws(KafkaError) -> TopicHandle {
        try topics.withLock { topics throws(KafkaError) in
            if let known = topics[topic] { return known }
            let made = try TopicHandle(topic, client: client)
            topics[topic] = made
            return made
        }
    }

    /// librdkafka tells empty from none by the pointer, which Swift may leave out of an empty buffer.
    private static func start(_ bytes: UnsafeRawBufferPointer?) -> UnsafeRawPointer? {
        guard let bytes else { return nil }
        // Any address will do: nothing is read.
        return bytes.baseAddress ?? UnsafeRawPointer(bitPattern: MemoryLayout<UInt64>.alignment)
    }

    private static func withBytes<Answer>(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Answer
    ) -> Answer {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }

    private static func headerList(_ headers: [KafkaHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            withBytes(header.value) { value in
                _ = rd_kafka_header_add(list, header.name, -1, start(value), value?.count ?? 0)
            }
        }
        return list
    }

    private static func error(_ response: rd_kafka_resp_err_t, topic: String, partition: Int32?) -> KafkaError {
        KafkaError(
            code: KafkaErrorCode(response), operation: "produce",
            message: "topic '\(topic)': \(KafkaErrorCode(response).explanation)",
            partition: partition.map { TopicPartition(topic: topic, partition: $0) })
    }
}
