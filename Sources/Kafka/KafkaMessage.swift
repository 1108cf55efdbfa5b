import CRdKafka

/// A message of a batch. Its bytes stay valid as long as the message or its batch lives.
public struct KafkaMessage {
    let batch: MessageBatch
    let raw: UnsafePointer<rd_kafka_message_t>
    /// Which of the batch's `partitions` it came from.
    public let partitionIndex: Int

    public var topicPartition: TopicPartition { batch.partitions[partitionIndex] }

    public var offset: Int64 { raw.pointee.offset }

    /// Milliseconds since the Unix epoch, given by the producer or the broker.
    public var timestampMilliseconds: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(raw, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp < 0 ? nil : timestamp
    }

    /// `nil` if the message has no key.
    public var key: UnsafeRawBufferPointer? {
        raw.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: raw.pointee.key_len) }
    }

    /// `nil` is a tombstone; an empty value is not one.
    public var value: UnsafeRawBufferPointer? {
        raw.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: raw.pointee.len) }
    }

    /// Decoded at each call, in the order they were written.
    public var headers: [KafkaHeader] { batch.headers(of: raw) }
}
