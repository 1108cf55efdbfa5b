import Foundation
import Kafka

/// A message of the dead-letter topic: the original record, and headers that say where it came from and what was wrong.
struct DeadLetter {
    /// Where it stands in the dead-letter topic, as `partition:offset`: what `show` and `requeue` take.
    var id: String
    var reason: String
    var detail: String
    var sourceTopic: String
    var sourcePartition: Int32
    var sourceOffset: Int64
    /// Milliseconds since the Unix epoch, as the original had it.
    var timestamp: Int64?
    var key: [UInt8]?
    var value: [UInt8]?

    init(_ message: KafkaMessage) {
        let headers = Dictionary(message.headers.map { ($0.name, $0.text ?? "") }) { first, _ in first }
        id = "\(message.topicPartition.partition):\(message.offset)"
        reason = headers["reason"] ?? "unknown"
        detail = headers["detail"] ?? ""
        sourceTopic = headers["source_topic"] ?? ""
        sourcePartition = headers["source_partition"].flatMap { Int32($0) } ?? -1
        sourceOffset = headers["source_offset"].flatMap { Int64($0) } ?? -1
        timestamp = message.timestampMilliseconds
        key = message.key.map { Array($0) }
        value = message.value.map { Array($0) }
    }

    var source: String { "\(sourceTopic)[\(sourcePartition)]@\(sourceOffset)" }

    /// Reads the topic from its beginning to its present end, in order of partition and offset.
    ///
    /// - Throws: `KafkaError`, or `Failure` where the topic cannot be read to its end.
    static func readAll(_ settings: KafkaSettings, topic: String) throws -> [DeadLetter] {
        let consumer = try KafkaConsumer(settings: settings, logger: Terminal.quietLogger)
        defer { try? consumer.close() }
        var ends: [TopicPartition: Int64] = [:]
        var starts: [TopicPartition: Int64] = [:]
        for partition in try consumer.partitions(of: topic, timeoutMilliseconds: 10_000) {
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            guard !range.isEmpty else { continue }
            starts[partition] = range.lowerBound
            ends[partition] = range.upperBound
        }
        try consumer.assign(starts)
        var letters: [(partition: Int32, offset: Int64, letter: DeadLetter)] = []
        let patience = Date(timeIntervalSinceNow: 120)
        while !ends.isEmpty {
            guard Date() < patience else { throw Failure("topic '\(topic)' cannot be read to its end") }
            let batch = try consumer.poll(maximum: 10_000, timeoutMilliseconds: 500)
            for message in batch {
                letters.append((message.topicPartition.partition, message.offset, DeadLetter(message)))
                if message.offset + 1 >= ends[message.topicPartition] ?? .max { ends[message.topicPartition] = nil }
            }
            // Offsets at the end may hold no message.
            for (partition, end) in batch.endsOfPartitions where end >= ends[partition] ?? 0 { ends[partition] = nil }
        }
        return letters.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }.map(\.letter)
    }
}

extension DeadLetter: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, reason, detail, sourceTopic, sourcePartition, sourceOffset, timestamp, key, value, valueBase64
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(reason, forKey: .reason)
        try container.encode(detail, forKey: .detail)
        try container.encode(sourceTopic, forKey: .sourceTopic)
        try container.encode(sourcePartition, forKey: .sourcePartition)
        try container.encode(sourceOffset, forKey: .sourceOffset)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(key.map { String(decoding: $0, as: UTF8.self) }, forKey: .key)
        // Bytes that are no text are shown as what they are.
        if let value, let text = String(validating: value, as: UTF8.self) {
            try container.encode(text, forKey: .value)
        } else {
            try container.encode(value.map { Data($0).base64EncodedString() }, forKey: .valueBase64)
        }
    }
}
