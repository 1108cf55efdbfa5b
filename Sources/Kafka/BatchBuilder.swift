import CRdKafka

/// Collects what a `poll` takes from librdkafka, until a `MessageBatch` owns it.
struct BatchBuilder {
    private(set) var messages: [MessageBatch.RawMessage] = []
    private(set) var fatalError: KafkaError?
    private var ends: [TopicPartition: Int64] = [:]
    private var errors: [KafkaError] = []

    init(capacity: Int) {
        messages.reserveCapacity(capacity)
    }

    /// Takes over messages that were read elsewhere.
    init(adopting messages: [MessageBatch.RawMessage], client: ClientHandle) {
        self.init(capacity: messages.count)
        for message in messages { add(message, client: client) }
    }

    /// Waits for one message and takes what else is there, up to a total.
    mutating func fill(
        maximum: Int, timeoutMilliseconds: Int32, client: ClientHandle, rebalances: RebalanceCoordinator
    ) {
        var wait = timeoutMilliseconds
        while messages.count < maximum, fatalError == nil,
            let message = rd_kafka_consumer_poll(client.pointer, wait)
        {
            wait = 0
            // The call may have served a rebalance before it found this message.
            drop(rebalances.takeDeparted())
            add(message, client: client)
        }
        drop(rebalances.takeDeparted())
    }

    /// Takes over a message: keeps it, or turns it into an end of partition or an error and frees it.
    private mutating func add(_ message: MessageBatch.RawMessage, client: ClientHandle) {
        let response = message.pointee.err
        if response == RD_KAFKA_RESP_ERR_NO_ERROR { return messages.append(message) }
        defer { rd_kafka_message_destroy(message) }
        let partition = message.pointee.rkt == nil ? nil : message.pointee.topicPartition
        switch response {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            if let partition { ends[partition] = message.pointee.offset }
        case RD_KAFKA_RESP_ERR__FATAL:
            fatalError = client.fatalError(operation: "poll") ?? KafkaError(code: .fatal, operation: "poll")
        default:
            let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
            errors.append(
                KafkaError(code: KafkaErrorCode(response), operation: "poll", message: text, partition: partition))
        }
    }

    /// Frees the messages of partitions that are no longer ours.
    private mutating func drop(_ partitions: Set<TopicPartition>) {
        if partitions.isEmpty { return }
        messages.removeAll { message in
            guard partitions.contains(message.pointee.topicPartition) else { return false }
            rd_kafka_message_destroy(message)
            return true
        }
        ends = ends.filter { !partitions.contains($0.key) }
    }

    /// Gives all to a batch, which frees it.
    consuming func finish(_ client: ClientHandle) -> MessageBatch {
        MessageBatch(
            adopting: messages, endsOfPartitions: ends, errors: errors + client.context.takeErrors(), client: client)
    }
}

extension ClientHandle {
    /// The error that made this client useless, if there is one.
    func fatalError(operation: String) -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let response = rd_kafka_fatal_error(pointer, &text, text.count)
        guard response != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(
            code: KafkaErrorCode(response), operation: operation, message: String(message: text), isFatal: true)
    }
}
