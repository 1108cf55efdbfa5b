import CRdKafka

/// Brokers and topics of a cluster, at one moment.
public struct ClusterDescription: Sendable {
    public struct Broker: Sendable, Hashable {
        public let id: Int32
        /// `host:port`.
        public let address: String
    }

    public let brokers: [Broker]
    /// Sorted by name.
    public let topics: [TopicDescription]
    /// Whether it is an `EmbeddedBroker`, of this process or another.
    public let isEmbedded: Bool

    /// Asks the cluster about all topics: asking for one by name makes some brokers create it.
    init(_ client: ClientHandle, timeoutMilliseconds: Int32) throws(KafkaError) {
        var found: UnsafePointer<rd_kafka_metadata>?
        let response = rd_kafka_metadata(client.pointer, 1, nil, &found, timeoutMilliseconds)
        guard response == RD_KAFKA_RESP_ERR_NO_ERROR, let found else {
            throw client.unreachable(response, timeoutMilliseconds: timeoutMilliseconds)
        }
        defer { rd_kafka_metadata_destroy(found) }
        let metadata = found.pointee
        brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt)).map { broker in
            let host = broker.host.map { String(cString: $0) } ?? ""
            return Broker(id: broker.id, address: "\(host):\(broker.port)")
        }
        topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
            .map { TopicDescription($0) }.sorted { $0.name < $1.name }
        // Known from the metadata just read.
        let id = rd_kafka_clusterid(client.pointer, 0)
        defer { rd_kafka_mem_free(client.pointer, id) }
        isEmbedded = id.map { String(cString: $0).hasPrefix(EmbeddedBroker.clusterPrefix) } ?? false
    }
}

/// One topic: its partitions and their leaders.
public struct TopicDescription: Sendable {
    public struct Partition: Sendable, Hashable {
        public let id: Int32
        /// Broker that leads it, or `nil` if none does now.
        public let leader: Int32?
        public let replicaCount: Int
    }

    public let name: String
    /// Sorted by number.
    public let partitions: [Partition]
    /// Why the topic could not be described.
    public let error: KafkaError?

    init(_ topic: rd_kafka_metadata_topic) {
        let name = topic.topic.map { String(cString: $0) } ?? ""
        self.name = name
        partitions = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
            .map { Partition(id: $0.id, leader: $0.leader < 0 ? nil : $0.leader, replicaCount: Int($0.replica_cnt)) }
            .sorted { $0.id < $1.id }
        error =
            topic.err == RD_KAFKA_RESP_ERR_NO_ERROR
            ? nil : KafkaError(code: KafkaErrorCode(topic.err), operation: "describe", message: "topic '\(name)'")
    }
}

extension ClientHandle {
    /// Says which brokers did not answer and what librdkafka last heard of them.
    func unreachable(_ response: rd_kafka_resp_err_t, timeoutMilliseconds: Int32) -> KafkaError {
        // Errors wait in the main or the consumer's queue until someone polls.
        rd_kafka_poll(pointer, 0)
        let heard = context.takeErrors().last { $0.code != .allBrokersDown }.map { ": \($0.message)" } ?? ""
        return KafkaError(
            code: KafkaErrorCode(response), operation: "metadata",
            message: "no answer from \(context.bootstrapServers) within \(timeoutMilliseconds) ms\(heard)")
    }
}
