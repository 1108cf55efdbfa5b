import CRdKafka
public import Logging

/// Looks at a cluster and creates topics.
public final class KafkaAdmin: Sendable {
    let client: ClientHandle

    /// - Throws: `KafkaError` that names the property at fault. Connects to nothing before it returns.
    public init(settings: KafkaSettings, logger: Logger? = nil) throws(KafkaError) {
        // A consumer's handle: a producer's would create the topics it asks about.
        client = try ClientHandle.make(
            settings, role: .consumer(groupID: nil),
            context: ClientContext(logger: logger, bootstrapServers: settings.bootstrapServers))
    }

    /// Brokers and topics. Creates nothing.
    ///
    /// - Throws: `KafkaError` within the timeout, with what librdkafka heard from the brokers.
    public func describeCluster(timeoutMilliseconds: Int32) throws(KafkaError) -> ClusterDescription {
        try ClusterDescription(client, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Creates topics and waits until the controller knows them. Those that exist already are left as they are.
    ///
    /// - Throws: the first topic's error. The embedded broker has no such request: use its `createTopic`.
    public func createTopics(_ topics: [TopicSpecification], timeoutMilliseconds: Int32) throws(KafkaError) {
        if topics.isEmpty { return }
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
        for topic in topics { requests.append(try Self.request(for: topic)) }

        let options = rd_kafka_AdminOptions_new(client.pointer, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var reason = [CChar](repeating: 0, count: 256)
        let response = rd_kafka_AdminOptions_set_request_timeout(
            options, timeoutMilliseconds, &reason, reason.count)
        try KafkaError.check(response, "create topics", String(message: reason))

        let queue = EventQueue(client)
        rd_kafka_CreateTopics(client.pointer, &requests, requests.count, options, queue.pointer)
        // librdkafka ends the request by its own timeout; the margin is for its answer to arrive.
        guard let event = queue.poll(timeoutMilliseconds: timeoutMilliseconds + 1000) else {
            throw KafkaError(code: .timedOut, operation: "create topics")
        }
        try KafkaError.check(event.response, "create topics", event.message)
        try Self.checkResults(event.pointer)
    }

    private static func request(for topic: TopicSpecification) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 256)
        guard
            let request = rd_kafka_NewTopic_new(
                topic.name, topic.partitions, topic.replication ?? -1, &reason, reason.count)
        else {
            throw KafkaError(
                code: .invalidArgument, operation: "create topics",
                message: "topic '\(topic.name)': \(String(message: reason))")
        }
        for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
            let response = rd_kafka_NewTopic_set_config(request, name, value)
            if response != RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_NewTopic_destroy(request)
                throw KafkaError(
                    code: KafkaErrorCode(response), operation: "create topics",
                    message: "topic '\(topic.name)': setting '\(name)'")
            }
        }
        return request
    }

    private static func checkResults(_ event: OpaquePointer) throws(KafkaError) {
        var count = 0
        guard let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        else { return }
        for result in UnsafeBufferPointer(start: results, count: count) {
            let code = KafkaErrorCode(rd_kafka_topic_result_error(result))
            if code == .none || code == .topicAlreadyExists { continue }
            let name = rd_kafka_topic_result_name(result).map { String(cString: $0) } ?? ""
            let reason = rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? code.explanation
            throw KafkaError(code: code, operation: "create topics", message: "topic '\(name)': \(reason)")
        }
    }
}
