import CRdKafka

extension KafkaConsumer {
    /// Stops fetching these partitions. Messages of theirs not yet handed out come again after `resume`.
    public func pause(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_pause_partitions(client.pointer, list.pointer), "pause")
        try list.checkEach("pause")
    }

    public func resume(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_resume_partitions(client.pointer, list.pointer), "resume")
        try list.checkEach("resume")
    }

    /// Goes on reading assigned partitions at these offsets (or `KafkaOffset`s).
    public func seek(_ offsets: [TopicPartition: Int64], timeoutMilliseconds: Int32) throws(KafkaError) {
        let list = PartitionList(offsets: offsets)
        try KafkaError.check(rd_kafka_seek_partitions(client.pointer, list.pointer, timeoutMilliseconds), "seek")
        try list.checkEach("seek")
    }

    /// The partitions assigned now, by the group or by `assign`.
    public func assignment() throws(KafkaError) -> [TopicPartition] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        try KafkaError.check(rd_kafka_assignment(client.pointer, &list), "assignment")
        guard let list else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return PartitionList.entries(list).map(\.partition).sorted()
    }

    /// Whether the current assignment was lost to others, which only the next `poll` will tell the handler.
    public var isAssignmentLost: Bool { rd_kafka_assignment_lost(client.pointer) != 0 }

    /// The topic's partitions in order.
    ///
    /// - Throws: `KafkaError`, `unknownTopicOrPartition` if there is no such topic.
    public func partitions(of topic: String, timeoutMilliseconds: Int32) throws(KafkaError) -> [TopicPartition] {
        let description = try ClusterDescription(client, timeoutMilliseconds: timeoutMilliseconds)
        guard let found = description.topics.first(where: { $0.name == topic }) else {
            throw KafkaError(code: .unknownTopicOrPartition, operation: "describe", message: "topic '\(topic)'")
        }
        if let error = found.error { throw error }
        return found.partitions.map { TopicPartition(topic: topic, partition: $0.id) }
    }
}
