import Foundation
import Kafka
import Postgres

/// What a round left in PostgreSQL and in the topics, read without asking a processor.
struct Observation {
    struct Alert: Hashable, Codable {
        var transaction: String
        var decision: String
        /// Bits, so that equal means equal.
        var modelScore: UInt32
        var score: UInt32
    }

    /// Rows of `vigil.alerts` by their identifier.
    var alerts: [String: Alert] = [:]
    /// Where each alert's transaction stands in the input topic.
    var places: [String: (partition: Int32, offset: Int64)] = [:]
    /// Insertions that PostgreSQL's trigger saw, by alert.
    var insertions: [String: Int] = [:]
    /// The most alerts that one PostgreSQL transaction inserted.
    var largestCommit = 0
    /// Messages of the review topic by alert.
    var reviews: [String: Int] = [:]
    var unpublished: Int64 = 0
    var deadLetters = 0
    /// Sums over `vigil.stream_progress`.
    var progress = Progress()
    /// Offsets that the input topics hold.
    var offsets: Int64 = 0

    struct Progress: Equatable {
        var next: Int64 = 0
        var scored: Int64 = 0
        var duplicates: Int64 = 0
        var deadLettered: Int64 = 0
        var unaccounted: Int64 = 0
        var epochs: Int64 = 0
    }

    init(of stage: Stage) throws {
        let connection = try PostgresConnection(stage.database)
        defer { connection.close() }
        for row in try connection.execute(
            """
            SELECT alert_id::text AS id, transaction_id, decision, model_score, score, partition, record_offset
            FROM vigil.alerts
            """)
        {
            let (model, score): (Float, Float) = (try row.value("model_score"), try row.value("score"))
            places[try row.value("transaction_id")] = (
                try row.value("partition"), try row.value("record_offset")
            )
            alerts[try row.value("id")] = Alert(
                transaction: try row.value("transaction_id"), decision: try row.value("decision"),
                modelScore: model.bitPattern, score: score.bitPattern)
        }
        for row in try connection.execute(
            "SELECT alert_id::text AS id, count(*) AS times FROM chaos.inserted GROUP BY 1")
        {
            let times: Int64 = try row.value("times")
            insertions[try row.value("id")] = Int(times)
        }
        let largest: Int64 = try connection.execute(
            "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM chaos.inserted GROUP BY transaction) AS each"
        ).single()
        largestCommit = Int(largest)
        (progress, unpublished) = (try Self.progress(connection), try Self.unpublished(connection))
        for message in try Self.messages(of: "review", stage) {
            guard let id = Self.alertID(message.value) else { throw ChaosFault("a review event without alert_id") }
            reviews[id, default: 0] += 1
        }
        var letters: Set<String> = []
        for message in try Self.messages(of: "dead-letters", stage) { letters.insert(message.source) }
        deadLetters = letters.count
        offsets = try Self.offsets(stage)
    }

    static func progress(_ connection: PostgresConnection) throws -> Progress {
        var sums = Progress()
        for row in try connection.execute(
            "SELECT next_offset, scored, duplicates, dead_lettered, unaccounted, epoch FROM vigil.stream_progress")
        {
            sums.next += try row.value("next_offset", as: Int64.self)
            sums.scored += try row.value("scored", as: Int64.self)
            sums.duplicates += try row.value("duplicates", as: Int64.self)
            sums.deadLettered += try row.value("dead_lettered", as: Int64.self)
            sums.unaccounted += abs(try row.value("unaccounted", as: Int64.self))
            sums.epochs += try row.value("epoch", as: Int64.self)
        }
        return sums
    }

    static func unpublished(_ connection: PostgresConnection) throws -> Int64 {
        try connection.execute("SELECT count(*) FROM vigil.alerts WHERE published_at IS NULL").single()
    }

    /// The offsets after the newest messages of both input topics, added up.
    static func offsets(_ stage: Stage) throws -> Int64 {
        let consumer = try KafkaConsumer(settings: stage.broker.settings, logger: Chaos.quiet)
        defer { try? consumer.close() }
        var sum: Int64 = 0
        for topic in ["transactions", "labels"] {
            for partition in 0..<Feed.partitions {
                sum += try consumer.watermarks(
                    of: TopicPartition(topic: topic, partition: partition), timeoutMilliseconds: 10_000
                ).upperBound
            }
        }
        return sum
    }

    private struct Message {
        var value: [UInt8]
        /// Where a dead letter came from.
        var source: String
    }

    private static func messages(of topic: String, _ stage: Stage) throws -> [Message] {
        let consumer = try KafkaConsumer(settings: stage.broker.settings, logger: Chaos.quiet)
        defer { try? consumer.close() }
        var open: [TopicPartition: Int64] = [:]
        for partition in try consumer.partitions(of: topic, timeoutMilliseconds: 10_000) {
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            if range.lowerBound > 0 {
                throw ChaosFault("\(partition) has lost its oldest records: the round is too long")
            }
            if !range.isEmpty { open[partition] = range.upperBound }
        }
        try consumer.assign(open.mapValues { _ in 0 })
        var messages: [Message] = []
        let end = Date(timeIntervalSinceNow: 30)
        while !open.isEmpty {
            guard Date() < end else { throw ChaosFault("\(topic) cannot be read to its end") }
            for message in try consumer.poll(maximum: 10_000, timeoutMilliseconds: 200) {
                let source = message.headers.filter { $0.name.hasPrefix("source_") }
                    .map { String(decoding: $0.value ?? [], as: UTF8.self) }.joined(separator: "/")
                messages.append(Message(value: message.value.map { Array($0) } ?? [], source: source))
                if message.offset + 1 >= open[message.topicPartition] ?? .max { open[message.topicPartition] = nil }
            }
        }
        return messages
    }

    private static func alertID(_ value: [UInt8]) -> String? {
        let object = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
        return object?["alert_id"] as? String
    }
}
