import Kafka
import Pipeline
import Postgres

extension Diagnosis {
    /// One input partition as PostgreSQL counts it.
    private struct Row {
        var input: TopicPartition
        var first: Int64
        var next: Int64
        var scored: Int64
        var duplicates: Int64
        var deadLettered: Int64
        var gaps: Int64

        var consumed: Int64 { next - first }
        var explained: Int64 { scored + duplicates + deadLettered + gaps }
    }

    /// Proves from PostgreSQL's counts and the topics' watermarks that every offset consumed ended in exactly one way.
    mutating func reconcile(_ kafka: KafkaSettings, _ postgres: PostgresSettings, topics: TopicNames) {
        let check = "reconciliation"
        let rows = attempt(check, advice: "Check PostgreSQL and run 'vigil migrate'") { try Self.rows(postgres) }
        guard let rows else { return }
        let ranges = attempt(check, advice: "Check the brokers") { try Self.ranges(kafka, topics) }
        guard let ranges else { return }
        for topic in [topics.transactions, topics.labels] {
            let ofTopic = rows.filter { $0.input.topic == topic }
            var (lag, faults) = (Int64(0), [String]())
            for (input, range) in ranges.filter({ $0.key.topic == topic }).sorted(by: { $0.key < $1.key }) {
                guard let row = ofTopic.first(where: { $0.input == input }) else {
                    lag += Int64(range.count)
                    continue
                }
                lag += max(0, range.upperBound - row.next)
                if row.explained != row.consumed {
                    faults.append("\(input): \(row.consumed) offsets consumed, \(row.explained) explained")
                }
                if row.next > range.upperBound {
                    faults.append("\(input): decided up to \(row.next), but the topic ends at \(range.upperBound)")
                }
                if row.next < range.lowerBound {
                    faults.append(
                        "\(input): \(range.lowerBound - row.next) records were deleted before they were decided")
                }
            }
            for row in ofTopic where ranges[row.input] == nil { faults.append("\(row.input) is not in the topic") }
            let sum: (KeyPath<Row, Int64>) -> Int64 = { path in ofTopic.reduce(0) { $0 + $1[keyPath: path] } }
            let detail =
                "\(topic): \(sum(\.scored)) scored + \(sum(\.duplicates)) duplicates + \(sum(\.deadLettered)) dead-lettered"
                + " + \(sum(\.gaps)) gaps = \(sum(\.explained)); \(sum(\.consumed)) offsets consumed, \(lag) to come"
            if faults.isEmpty {
                ok(check, detail)
            } else {
                fault(
                    check, ([detail] + faults).joined(separator: "; "),
                    advice: "Keep topic and database as they are and report it: this must not happen")
            }
        }
    }

    /// Whether each user's events lie in one partition, as far as alerts tell, whichever instances made them.
    mutating func checkOrder(_ settings: PostgresSettings, topics: TopicNames) {
        let found = attempt("order", advice: "Check PostgreSQL and run 'vigil migrate'") {
            let connection = try PostgresConnection(settings)
            defer { connection.close() }
            return try connection.execute(
                """
                SELECT count(*) AS users, min(user_pseudonym) AS example
                FROM (
                    SELECT user_pseudonym FROM vigil.alerts
                    WHERE topic = $1 AND user_pseudonym <> 'forgotten'
                    GROUP BY user_pseudonym HAVING min(partition) < max(partition)) AS users
                """, [.text(topics.transactions)]
            ).map { row in (users: try row.value("users") as Int64, example: try row.value("example") as String?) }
        }
        guard let found = found?.first else { return }
        guard let example = found.example else { return ok("order", "no user has alerts of two partitions") }
        warn(
            "order",
            "\(found.users) users have alerts of two partitions, such as \(example): their events have no order",
            advice: "Let the producer give every record its user as the key")
    }

    private static func rows(_ settings: PostgresSettings) throws -> [Row] {
        let connection = try PostgresConnection(settings)
        defer { connection.close() }
        return try connection.execute(
            """
            SELECT topic, partition, first_offset, next_offset, scored, duplicates, dead_lettered, gaps
            FROM vigil.stream_progress ORDER BY topic, partition
            """
        ).map { row in
            Row(
                input: TopicPartition(topic: try row.value("topic"), partition: try row.value("partition")),
                first: try row.value("first_offset"), next: try row.value("next_offset"),
                scored: try row.value("scored"), duplicates: try row.value("duplicates"),
                deadLettered: try row.value("dead_lettered"), gaps: try row.value("gaps"))
        }
    }

    private static func ranges(_ kafka: KafkaSettings, _ topics: TopicNames) throws -> [TopicPartition: Range<Int64>] {
        let consumer = try KafkaConsumer(settings: kafka, logger: Terminal.quietLogger)
        defer { try? consumer.close() }
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for topic in [topics.transactions, topics.labels] {
            for partition in try consumer.partitions(of: topic, timeoutMilliseconds: 10_000) {
                ranges[partition] = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            }
        }
        return ranges
    }
}
