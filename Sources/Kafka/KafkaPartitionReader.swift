internal import CRdKafka
public import Logging

/// Reads chosen partitions without a group, each from a queue of its own: a partition nobody asks for fills its queue and
/// then waits, so partitions can be read in step whatever their sizes.
///
/// Not Sendable: one thread reads. Nothing is committed and no group is joined.
public final class KafkaPartitionReader {
    /// Fetched ahead, over all partitions.
    static let fetchAheadKilobytes = 131_072

    private let client: ClientHandle
    private var topics: [String: TopicHandle] = [:]
    private var started: Set<TopicPartition> = []

    /// - Parameter partitions: how many will be read, which bounds what each may fetch ahead.
    /// - Throws: `KafkaError` that names the property at fault. Connects to nothing before it returns.
    public init(settings: KafkaSettings, partitions: Int, logger: Logger? = nil) throws(KafkaError) {
        let share = max(1024, Self.fetchAheadKilobytes / max(1, partitions))
        let defaults = ["queued.max.messages.kbytes": String(share), "queued.min.messages": "20000"]
        let settings = KafkaSettings(
            bootstrapServers: settings.bootstrapServers, properties: defaults.merging(settings.properties) { $1 })
        client = try ClientHandle.make(
            settings, role: .consumer(groupID: nil),
            context: ClientContext(logger: logger, bootstrapServers: settings.bootstrapServers))
    }

    deinit { stop() }

    /// Begins to fetch a partition.
    public func start(_ partition: TopicPartition, at offset: Int64) throws(KafkaError) {
        let topic = try handle(of: partition.topic)
        guard rd_kafka_consume_start(topic.pointer, partition.partition, offset) == 0 else {
            throw KafkaError(
                code: KafkaErrorCode(rd_kafka_last_error()), operation: "start reading", partition: partition)
        }
        started.insert(partition)
    }

    /// Takes what has arrived of one partition, or waits for its next message; empty on a timeout and at the partition's
    /// end, which the batch then names.
    ///
    /// - Throws: the client's fatal `KafkaError`.
    public func read(
        _ partition: TopicPartition, maximum: Int, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> MessageBatch {
        var messages = try take(partition, maximum: maximum, timeoutMilliseconds: 0)
        // librdkafka would wait for as many as asked for, so it is asked for one only.
        if messages.isEmpty {
            messages = try take(partition, maximum: 1, timeoutMilliseconds: timeoutMilliseconds)
        }
        // Errors of brokers wait in the client's own queue, which nobody else looks into.
        rd_kafka_poll(client.pointer, 0)
        return BatchBuilder(adopting: messages, client: client).finish(client)
    }

    private func take(
        _ partition: TopicPartition, maximum: Int, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [MessageBatch.RawMessage] {
        let topic = try handle(of: partition.topic)
        var raw = [MessageBatch.RawMessage?](repeating: nil, count: max(1, maximum))
        let count = rd_kafka_consume_batch(
            topic.pointer, partition.partition, timeoutMilliseconds, &raw, raw.count)
        if let fatal = client.fatalError(operation: "read") { throw fatal }
        guard count >= 0 else {
            throw KafkaError(code: KafkaErrorCode(rd_kafka_last_error()), operation: "read", partition: partition)
        }
        return raw.prefix(count).compactMap(\.self)
    }

    /// Ends fetching; a second call does nothing.
    public func stop() {
        for partition in started {
            if let topic = topics[partition.topic] { rd_kafka_consume_stop(topic.pointer, partition.partition) }
        }
        started.removeAll()
    }

    private func handle(of name: String) throws(KafkaError) -> TopicHandle {
        if let known = topics[name] { return known }
        let new = try TopicHandle(name, client: client)
        topics[name] = new
        return new
    }
}
