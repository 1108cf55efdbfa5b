import CRdKafka

/// What went wrong in librdkafka or on a broker. Holds no values of settings, so it may be logged.
public struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: KafkaErrorCode
    /// What was being done, such as `commit` or `set property`.
    public let operation: String
    /// What is known beyond the code: topic, property, broker's words.
    public let message: String
    /// Whether the client is of no more use and must be made anew.
    public let isFatal: Bool
    /// Whether the same call may succeed later although nobody changes anything.
    public let isRetriable: Bool
    /// The partition concerned, if it is one partition's error.
    public let partition: TopicPartition?

    public init(
        code: KafkaErrorCode, operation: String, message: String = "", isFatal: Bool = false,
        partition: TopicPartition? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message.isEmpty ? code.explanation : message
        self.isFatal = isFatal || code == .fatal
        self.isRetriable = !self.isFatal && KafkaErrorCode.retriable.contains(code)
        self.partition = partition
    }

    public var description: String {
        let place = partition.map { " \($0)" } ?? ""
        let weight = isFatal ? ", fatal" : ""
        return "Kafka \(operation)\(place) failed: \(message) [\(code)\(weight)]"
    }
}

extension KafkaError {
    /// Takes over and frees librdkafka's error object.
    init(consuming error: OpaquePointer, operation: String) {
        self.init(
            code: KafkaErrorCode(rd_kafka_error_code(error)), operation: operation,
            message: String(cString: rd_kafka_error_string(error)), isFatal: rd_kafka_error_is_fatal(error) != 0)
        rd_kafka_error_destroy(error)
    }

    /// Throws unless the code says that all went well.
    static func check(
        _ response: rd_kafka_resp_err_t, _ operation: String, _ message: String = "", partition: TopicPartition? = nil
    ) throws(KafkaError) {
        guard response != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(
            code: KafkaErrorCode(response), operation: operation, message: message, partition: partition)
    }

    /// Throws and frees librdkafka's error object if there is one.
    static func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaError) {
        if let error { throw KafkaError(consuming: error, operation: operation) }
    }
}
