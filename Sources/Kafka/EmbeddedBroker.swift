import CRdKafka
public import Logging
import Synchronization

/// librdkafka's own broker, in this process: the real protocol on TCP ports of 127.0.0.1, for demos and tests.
///
/// The ports are the system's choice; 2.0.2 offers no way to fix them. It keeps the newest 5 MiB (as sent, so
/// compressed) and 100,000 produced batches of a partition in memory, does not compact, and answers no CreateTopics:
/// `createTopic` does it here. Asking for an unknown topic by name, subscribing or producing makes one of 4 partitions.
///
/// In 2.0.2 a group's first join takes 3 s, so `session.timeout.ms` must be longer, and each round of a rebalance
/// takes the session timeout less 1 s, so it should not be much longer: see `sessionSettings`.
public final class EmbeddedBroker: Sendable {
    /// A consumer group's settings for it. Who follows a killed member waits at most for its session and one round.
    public static let sessionSettings = ["session.timeout.ms": "3300", "heartbeat.interval.ms": "500"]
    /// How its cluster's id begins (rdkafka_mock.c).
    static let clusterPrefix = "mockCluster"

    /// `127.0.0.1:port`, one for each broker, separated by commas.
    public let bootstrapServers: String
    private let cluster: Mutex<Cluster?>
    /// Brokers that do not listen.
    let down = Mutex<Set<Int32>>([])

    /// - Parameter brokers: how many; their ids count from 1.
    public init(brokers: Int = 1, logger: Logger? = nil) throws(KafkaError) {
        let cluster = try Cluster(brokers: Int32(clamping: brokers), logger: logger)
        bootstrapServers = cluster.bootstrapServers
        self.cluster = Mutex(cluster)
    }

    /// Settings to reach it.
    public var settings: KafkaSettings { KafkaSettings(bootstrapServers: bootstrapServers) }

    public func createTopic(_ name: String, partitions: Int32) throws(KafkaError) {
        try check("create topic", name) { rd_kafka_mock_topic_create($0, name, partitions, 1) }
    }

    /// Ends all connections and forgets all messages. A second call does nothing.
    public func stop() {
        cluster.withLock { $0 = nil }
    }

    /// Runs one of the mock's calls and turns its answer into an error.
    func check(
        _ operation: String, _ message: String = "", _ call: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        let response: rd_kafka_resp_err_t? = cluster.withLock { cluster in cluster.map { call($0.pointer) } }
        guard let response else {
            throw KafkaError(code: .destroyed, operation: operation, message: "the embedded broker is stopped")
        }
        try KafkaError.check(response, operation, message)
    }

    /// Owns the mock cluster and the client it keeps its books in.
    ///
    /// `@unchecked Sendable`: the pointers never change, and the mock serialises its calls.
    private final class Cluster: @unchecked Sendable {
        let pointer: OpaquePointer
        let bootstrapServers: String
        private let client: ClientHandle

        init(brokers: Int32, logger: Logger?) throws(KafkaError) {
            client = try ClientHandle.make(
                KafkaSettings(bootstrapServers: ""), role: .producer,
                context: ClientContext(logger: logger, bootstrapServers: ""))
            guard let cluster = rd_kafka_mock_cluster_new(client.pointer, brokers),
                let servers = rd_kafka_mock_cluster_bootstraps(cluster)
            else {
                throw KafkaError(
                    code: .invalidArgument, operation: "start embedded broker", message: "with \(brokers) brokers")
            }
            pointer = cluster
            bootstrapServers = String(cString: servers)
            // Newer releases let a first group join take less than their 3 s.
            _ = vigil_mock_set_initial_rebalance_delay(cluster, 100)
        }

        deinit {
            rd_kafka_mock_cluster_destroy(pointer)
        }
    }
}
