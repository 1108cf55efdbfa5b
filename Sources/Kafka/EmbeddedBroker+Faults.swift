import CRdKafka
import Synchronization

extension EmbeddedBroker {
    /// Requests of the Kafka protocol that can be made to fail.
    public enum Request: Int16, Sendable, CaseIterable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
    }

    /// The next requests of this kind fail with these codes, one each; `.transport` cuts the connection.
    public func fail(_ request: Request, with codes: [KafkaErrorCode]) throws(KafkaError) {
        let responses = codes.map(\.response)
        try check("inject fault") { cluster in
            rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, responses.count, responses)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Takes back what `fail` left over.
    public func clearFaults(_ request: Request) throws(KafkaError) {
        try check("clear faults") { cluster in
            rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Delays every answer of a broker, or of all.
    public func setRoundTrip(milliseconds: Int32, broker: Int32? = nil) throws(KafkaError) {
        try check("set round trip") { rd_kafka_mock_broker_set_rtt($0, broker ?? -1, milliseconds) }
    }

    /// Cuts the connections of a broker, or of all, and refuses new ones. Leaders stay.
    public func takeDown(broker: Int32? = nil) throws(KafkaError) {
        try check("take down") { rd_kafka_mock_broker_set_down($0, broker ?? -1) }
        down.withLock { $0.formUnion(numbers(broker)) }
    }

    /// Listens again, on the same ports.
    ///
    /// - Throws: `KafkaError` where another process has been given a port meanwhile and keeps it for ten seconds: the
    ///   mock would end the process over it.
    public func bringUp(broker: Int32? = nil) throws(KafkaError) {
        for number in down.withLock({ $0.intersection(numbers(broker)) }) {
            let ports = bootstrapServers.split(separator: ",").map {
                $0.split(separator: ":").last.flatMap { UInt16($0) }
            }
            guard let port = ports[Int(number) - 1], !ListeningPort(number: port).wait(milliseconds: 10_000) else {
                continue
            }
            throw KafkaError(
                code: .transport, operation: "bring up", message: "port \(port) is taken by another process")
        }
        try check("bring up") { rd_kafka_mock_broker_set_up($0, broker ?? -1) }
        down.withLock { $0.subtract(numbers(broker)) }
    }

    /// The broker's number, or all of them; none that there is not.
    private func numbers(_ broker: Int32?) -> Set<Int32> {
        let all = Set(1...Int32(bootstrapServers.count { $0 == "," } + 1))
        return broker.map { all.intersection([$0]) } ?? all
    }

    /// Moves a partition to another broker; `nil` leaves it without a leader.
    public func setLeader(of partition: TopicPartition, broker: Int32?) throws(KafkaError) {
        try check("set leader", "\(partition)") {
            rd_kafka_mock_partition_set_leader($0, partition.topic, partition.partition, broker ?? -1)
        }
    }

    /// Moves a group's coordinator, which need not be a broker there is.
    public func setCoordinator(ofGroup group: String, broker: Int32) throws(KafkaError) {
        try check("set coordinator", group) { rd_kafka_mock_coordinator_set($0, "group", group, broker) }
    }

    /// Metadata requests for the topic answer with this error until it is set to `.none`.
    public func setError(_ code: KafkaErrorCode, ofTopic topic: String) throws(KafkaError) {
        try check("set topic error", topic) { cluster in
            rd_kafka_mock_topic_set_error(cluster, topic, code.response)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }
}
