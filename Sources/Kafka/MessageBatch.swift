import CRdKafka
import Synchronization

/// What one `poll` brought: messages in the order of each partition, ends of partitions and errors.
///
/// Owns librdkafka's messages and frees them once. They pin the fetch responses they came in, so do not hoard batches.
///
/// `@unchecked Sendable`: nothing changes after `init`, and librdkafka's lazy decoding of headers is under a lock.
public final class MessageBatch: @unchecked Sendable {
    typealias RawMessage = UnsafeMutablePointer<rd_kafka_message_t>

    /// The distinct partitions of the messages, in order of first appearance.
    public let partitions: [TopicPartition]
    /// Partitions read to their end, with the offset of the next message to come.
    public let endsOfPartitions: [TopicPartition: Int64]
    /// Errors that do not end the consumer; librdkafka itself goes on trying.
    public let errors: [KafkaError]

    private let messages: [RawMessage]
    private let partitionIndices: [Int32]
    private let client: ClientHandle
    private let headerLock = Mutex(())

    init(
        adopting messages: [RawMessage], endsOfPartitions: [TopicPartition: Int64], errors: [KafkaError],
        client: ClientHandle
    ) {
        var table = PartitionTable()
        partitionIndices = messages.map { table.index(of: $0) }
        partitions = table.partitions
        self.messages = messages
        self.endsOfPartitions = endsOfPartitions
        self.errors = errors
        self.client = client
    }

    deinit {
        for message in messages { rd_kafka_message_destroy(message) }
    }

    fileprivate func element(_ position: Int) -> KafkaMessage {
        KafkaMessage(
            batch: self, raw: UnsafePointer(messages[position]), partitionIndex: Int(partitionIndices[position]))
    }

    func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        headerLock.withLock { _ in
            var list: OpaquePointer?
            guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
            return (0..<rd_kafka_header_cnt(list)).compactMap { position in
                var name: UnsafePointer<CChar>?
                var value: UnsafeRawPointer?
                var size = 0
                let response = rd_kafka_header_get_all(list, position, &name, &value, &size)
                guard response == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { return nil }
                return KafkaHeader(
                    name: String(cString: name),
                    value: value.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) })
            }
        }
    }
}

extension MessageBatch: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { messages.count }
    public subscript(position: Int) -> KafkaMessage { element(position) }
}

/// Gives each (topic, partition) a small number while the messages that own the topic pointers live.
private struct PartitionTable {
    private(set) var partitions: [TopicPartition] = []
    private var keys: [(topic: OpaquePointer?, partition: Int32)] = []
    private var last = 0

    mutating func index(of message: MessageBatch.RawMessage) -> Int32 {
        let topic = message.pointee.rkt
        let partition = message.pointee.partition
        if last < keys.count, keys[last].topic == topic, keys[last].partition == partition { return Int32(last) }
        if let known = keys.firstIndex(where: { $0.topic == topic && $0.partition == partition }) {
            last = known
        } else {
            last = keys.count
            keys.append((topic, partition))
            partitions.append(message.pointee.topicPartition)
        }
        return Int32(last)
    }
}

extension rd_kafka_message_t {
    /// Builds a string; not for every message.
    var topicPartition: TopicPartition {
        let name = rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
        return TopicPartition(topic: name, partition: partition)
    }
}
