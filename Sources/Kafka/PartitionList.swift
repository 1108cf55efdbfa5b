import CRdKafka

/// Owns one `rd_kafka_topic_partition_list_t`.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        }
    }

    init(offsets: [TopicPartition: Int64]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition).pointee.offset = offset
        }
    }

    init(topics: [String]) {
        self.init(topics.map { TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UNASSIGNED) })
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    /// Partitions and their offsets, where known.
    var offsets: [TopicPartition: Int64] {
        Self.entries(pointer).reduce(into: [:]) { known, entry in
            if entry.offset >= 0 { known[entry.partition] = entry.offset }
        }
    }

    /// - Throws: the first partition's error, if any has one.
    func checkEach(_ operation: String) throws(KafkaError) {
        try Self.checkEach(pointer, operation)
    }

    static func checkEach(
        _ pointer: UnsafePointer<rd_kafka_topic_partition_list_t>?, _ operation: String
    ) throws(KafkaError) {
        for entry in entries(pointer) {
            try KafkaError.check(entry.response, operation, partition: entry.partition)
        }
    }

    typealias Entry = (partition: TopicPartition, offset: Int64, response: rd_kafka_resp_err_t)

    static func entries(_ pointer: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [Entry] {
        guard let list = pointer?.pointee, let elements = list.elems else { return [] }
        return UnsafeBufferPointer(start: elements, count: Int(list.cnt)).map { element in
            let topic = element.topic.map { String(cString: $0) } ?? ""
            return (TopicPartition(topic: topic, partition: element.partition), element.offset, element.err)
        }
    }
}

/// `RD_KAFKA_PARTITION_UA`, a cast macro that Swift does not see: no partition, or any.
let RD_KAFKA_PARTITION_UNASSIGNED: Int32 = -1
