import CRdKafka
import Logging
import Synchronization

/// What librdkafka's callbacks reach through their opaque pointer: the log and the errors nobody asked for.
final class ClientContext: Sendable {
    /// Newest errors kept until they are taken; a broker that is down repeats itself.
    static let errorLimit = 64

    let logger: Logger
    /// For messages only.
    let bootstrapServers: String
    /// Consumers only.
    let rebalances: RebalanceCoordinator?
    private let errors = Mutex<[KafkaError]>([])

    init(logger: Logger?, bootstrapServers: String, rebalances: RebalanceCoordinator? = nil) {
        self.logger = logger ?? Logger(label: "vigil.kafka")
        self.bootstrapServers = bootstrapServers
        self.rebalances = rebalances
    }

    func report(_ error: KafkaError) {
        errors.withLock { errors in
            if errors.count == Self.errorLimit { errors.removeFirst() }
            errors.append(error)
        }
    }

    func takeErrors() -> [KafkaError] {
        errors.withLock { errors in
            defer { errors = [] }
            return errors
        }
    }

    static func installCallbacks(on configuration: OpaquePointer, role: ClientRole) {
        rd_kafka_conf_set_log_cb(configuration, logCallback)
        switch role {
        case .producer:
            rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
        case .consumer:
            rd_kafka_conf_set_error_cb(configuration, errorCallback)
            rd_kafka_conf_set_rebalance_cb(configuration, rebalanceCallback)
            rd_kafka_conf_set_offset_commit_cb(configuration, commitCallback)
        }
    }

    fileprivate static func from(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// Called on librdkafka's own threads.
private func logCallback(
    client: OpaquePointer?, severity: Int32, facility: UnsafePointer<CChar>?, text: UnsafePointer<CChar>?
) {
    guard let client, let text, let context = ClientContext.from(rd_kafka_opaque(client)) else { return }
    // syslog's severities.
    let level: Logger.Level =
        switch severity {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    let facility = facility.map { String(cString: $0) } ?? ""
    context.logger.log(level: level, "\(String(cString: text))", metadata: ["facility": "\(facility)"])
}

/// Called on the polling thread.
private func errorCallback(
    client: OpaquePointer?, code: Int32, reason: UnsafePointer<CChar>?, opaque: UnsafeMutableRawPointer?
) {
    guard let context = ClientContext.from(opaque) else { return }
    let message = reason.map { String(cString: $0) } ?? ""
    context.report(KafkaError(code: KafkaErrorCode(rawValue: code), operation: "client", message: message))
}

/// Called on the polling thread, from inside `poll` or `close`.
private func rebalanceCallback(
    client: OpaquePointer?, response: rd_kafka_resp_err_t,
    partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let client, let coordinator = ClientContext.from(opaque)?.rebalances else { return }
    coordinator.handle(response, partitions, client: client)
}

/// Called on the polling thread with the outcome of an asynchronous commit.
private func commitCallback(
    client: OpaquePointer?, response: rd_kafka_resp_err_t,
    offsets: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, opaque: UnsafeMutableRawPointer?
) {
    // _NO_OFFSET: there was nothing to commit.
    guard response != RD_KAFKA_RESP_ERR_NO_ERROR, response != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
    ClientContext.from(opaque)?.report(KafkaError(code: KafkaErrorCode(response), operation: "commit"))
}
