import CRdKafka

extension KafkaAdmin {
    /// Topics' settings by topic and name, such as `cleanup.policy`, as the cluster applies them.
    ///
    /// - Throws: `KafkaError` of the request or of the first topic; a broker may not allow the question, and the embedded
    ///   one does not know it, which shows as a timeout.
    public func configurations(
        ofTopics topics: [String], timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [String: [String: String]] {
        let operation = "describe configuration"
        var requests = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for request in requests { rd_kafka_ConfigResource_destroy(request) } }
        let options = rd_kafka_AdminOptions_new(client.pointer, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var reason = [CChar](repeating: 0, count: 256)
        let response = rd_kafka_AdminOptions_set_request_timeout(
            options, timeoutMilliseconds, &reason, reason.count)
        try KafkaError.check(response, operation, String(message: reason))

        let queue = EventQueue(client)
        rd_kafka_DescribeConfigs(client.pointer, &requests, requests.count, options, queue.pointer)
        // librdkafka ends the request by its own timeout; the margin is for its answer to arrive.
        guard let event = queue.poll(timeoutMilliseconds: timeoutMilliseconds + 1000) else {
            throw KafkaError(code: .timedOut, operation: operation)
        }
        try KafkaError.check(event.response, operation, event.message)
        var count = 0
        let resources = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event.pointer), &count)
        var answers: [String: [String: String]] = [:]
        for resource in UnsafeBufferPointer(start: resources, count: count) {
            let topic = rd_kafka_ConfigResource_name(resource).map { String(cString: $0) } ?? ""
            let code = rd_kafka_ConfigResource_error(resource)
            try KafkaError.check(code, operation, "topic '\(topic)': \(KafkaErrorCode(code).explanation)")
            answers[topic] = Self.settings(of: resource)
        }
        return answers
    }

    private static func settings(of resource: OpaquePointer?) -> [String: String] {
        var count = 0
        var settings: [String: String] = [:]
        guard let entries = rd_kafka_ConfigResource_configs(resource, &count) else { return settings }
        for entry in UnsafeBufferPointer(start: entries, count: count) {
            // A secret's value is withheld.
            guard let name = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry) else {
                continue
            }
            settings[String(cString: name)] = String(cString: value)
        }
        return settings
    }
}
