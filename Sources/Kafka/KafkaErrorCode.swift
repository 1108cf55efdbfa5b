import CRdKafka

/// An error number of librdkafka: negative ones arose in the client, positive ones are the Kafka protocol's.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    init(_ code: rd_kafka_resp_err_t) {
        rawValue = code.rawValue
    }

    /// librdkafka's name for it, such as `_TIMED_OUT` or `MSG_SIZE_TOO_LARGE`.
    public var name: String { String(cString: rd_kafka_err2name(response)) }

    /// librdkafka's sentence for it.
    var explanation: String { String(cString: rd_kafka_err2str(response)) }

    public var description: String { "\(name) (\(rawValue))" }

    var response: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: rawValue) }
}

extension KafkaErrorCode {
    public static let none = KafkaErrorCode(RD_KAFKA_RESP_ERR_NO_ERROR)
    public static let transport = KafkaErrorCode(RD_KAFKA_RESP_ERR__TRANSPORT)
    public static let allBrokersDown = KafkaErrorCode(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    public static let timedOut = KafkaErrorCode(RD_KAFKA_RESP_ERR__TIMED_OUT)
    public static let messageTimedOut = KafkaErrorCode(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    public static let queueFull = KafkaErrorCode(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    public static let purgedFromQueue = KafkaErrorCode(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
    public static let invalidArgument = KafkaErrorCode(RD_KAFKA_RESP_ERR__INVALID_ARG)
    public static let conflict = KafkaErrorCode(RD_KAFKA_RESP_ERR__CONFLICT)
    public static let destroyed = KafkaErrorCode(RD_KAFKA_RESP_ERR__DESTROY)
    public static let fatal = KafkaErrorCode(RD_KAFKA_RESP_ERR__FATAL)
    /// The offset to read from is not in the partition, and `auto.offset.reset` is `error`.
    public static let offsetReset = KafkaErrorCode(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    public static let partitionEnd = KafkaErrorCode(RD_KAFKA_RESP_ERR__PARTITION_EOF)
    public static let maximumPollExceeded = KafkaErrorCode(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    public static let unknownPartition = KafkaErrorCode(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    public static let unknownTopic = KafkaErrorCode(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    public static let unknownTopicOrPartition = KafkaErrorCode(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    public static let messageTooLarge = KafkaErrorCode(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    public static let notLeader = KafkaErrorCode(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
    public static let requestTimedOut = KafkaErrorCode(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
    public static let topicAlreadyExists = KafkaErrorCode(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    public static let coordinatorUnavailable = KafkaErrorCode(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
    public static let illegalGeneration = KafkaErrorCode(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
    public static let unknownMember = KafkaErrorCode(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    public static let groupAuthorizationFailed = KafkaErrorCode(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    public static let topicAuthorizationFailed = KafkaErrorCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)

    /// Codes after which the same call may succeed later, without anyone changing anything.
    static let retriable: Set<KafkaErrorCode> = [
        .transport, .allBrokersDown, .timedOut, .messageTimedOut, .queueFull, .purgedFromQueue, .notLeader,
        .requestTimedOut, .coordinatorUnavailable, .unknownTopicOrPartition,
        KafkaErrorCode(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__WAIT_COORD),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__RESOLVE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__RETRY),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__INTR),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__WAIT_CACHE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR__IN_PROGRESS),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND),
        KafkaErrorCode(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT),
    ]
}
