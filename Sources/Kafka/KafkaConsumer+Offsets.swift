import CRdKafka

extension KafkaConsumer {
    /// Stores next offsets to read for the group and waits for the answer.
    ///
    /// - Throws: `KafkaError`, also when one of the partitions was refused.
    public func commit(_ offsets: [TopicPartition: Int64], timeoutMilliseconds: Int32) throws(KafkaError) {
        if offsets.isEmpty { return }
        let list = PartitionList(offsets: offsets)
        // rd_kafka_commit() would wait without end.
        let answers = EventQueue(client)
        try KafkaError.check(
            rd_kafka_commit_queue(client.pointer, list.pointer, answers.pointer, nil, nil), "commit")
        guard let answer = answers.poll(timeoutMilliseconds: timeoutMilliseconds) else {
            throw KafkaError(
                code: .timedOut, operation: "commit", message: "no answer within \(timeoutMilliseconds) ms")
        }
        try KafkaError.check(answer.response, "commit")
        try PartitionList.checkEach(answer.partitions, "commit")
    }

    /// Stores next offsets to read for the group without waiting; a failure appears among a later batch's `errors`.
    public func commitLater(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        if offsets.isEmpty { return }
        let list = PartitionList(offsets: offsets)
        try KafkaError.check(rd_kafka_commit(client.pointer, list.pointer, 1), "commit")
    }

    /// The group's committed offsets; partitions without one are left out.
    public func committed(
        _ partitions: some Collection<TopicPartition>, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_committed(client.pointer, list.pointer, timeoutMilliseconds), "committed")
        try list.checkEach("committed")
        return list.offsets
    }

    /// The offsets after the last messages handed out; partitions that gave none yet are left out.
    public func positions(_ partitions: some Collection<TopicPartition>) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_position(client.pointer, list.pointer), "position")
        return list.offsets
    }

    /// Oldest kept offset and next offset to be written, asked of the broker.
    ///
    /// Not by `rd_kafka_query_watermark_offsets`: where one of its two requests fails and the other does not, librdkafka 2.0
    /// reports success, and an offset that nobody gave.
    public func watermarks(
        of partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Range<Int64> {
        let low = try offset(of: partition, at: RD_KAFKA_OFFSET_BEGINNING, timeoutMilliseconds)
        return low..<max(low, try offset(of: partition, at: RD_KAFKA_OFFSET_END, timeoutMilliseconds))
    }

    /// The next offsets to be written, asked of the brokers for all partitions at once.
    public func ends(
        of partitions: some Collection<TopicPartition>, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        var places: [TopicPartition: Int64] = [:]
        for partition in partitions { places[partition] = Int64(RD_KAFKA_OFFSET_END) }
        return try ofLeaders(places, timeoutMilliseconds)
    }

    /// - Parameter place: one of the times that stand for an end of the partition.
    private func offset(
        of partition: TopicPartition, at place: Int32, _ timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Int64 {
        guard let offset = try ofLeaders([partition: Int64(place)], timeoutMilliseconds)[partition] else {
            throw KafkaError(
                code: .timedOut, operation: "watermarks", message: "the broker gave no offset", partition: partition)
        }
        return offset
    }

    private func ofLeaders(
        _ places: [TopicPartition: Int64], _ timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        do {
            return try offsets(forTimes: places, timeoutMilliseconds: timeoutMilliseconds)
        } catch let error where error.code == .notLeader {
            // librdkafka goes on asking the former leader until its metadata are minutes old.
            _ = try ClusterDescription(client, timeoutMilliseconds: timeoutMilliseconds)
            return try offsets(forTimes: places, timeoutMilliseconds: timeoutMilliseconds)
        }
    }

    /// What the last fetch of the partition said, without asking anyone; `nil` before the first.
    /// The lower bound is only known to newer brokers and may stay 0.
    public func cachedWatermarks(of partition: TopicPartition) -> Range<Int64>? {
        var low: Int64 = 0
        var high: Int64 = 0
        let response = rd_kafka_get_watermark_offsets(
            client.pointer, partition.topic, partition.partition, &low, &high)
        guard response == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return max(0, min(low, high))..<high
    }

    /// The first offset of each partition with a timestamp (milliseconds since the Unix epoch) not before the one
    /// asked for. Partitions without one are left out: those whose messages are all older, and every partition of
    /// an embedded broker, which cannot search by time.
    public func offsets(
        forTimes times: [TopicPartition: Int64], timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(offsets: times)
        try KafkaError.check(
            rd_kafka_offsets_for_times(client.pointer, list.pointer, timeoutMilliseconds), "offsets for times")
        try list.checkEach("offsets for times")
        return list.offsets
    }

    /// What librdkafka has fetched ahead of `poll`: messages, and events such as a waiting rebalance.
    public var waitingCount: Int {
        guard let queue = rd_kafka_queue_get_consumer(client.pointer) else { return 0 }
        defer { rd_kafka_queue_destroy(queue) }
        return rd_kafka_queue_length(queue)
    }
}
