import Foundation
import Kafka
import Pipeline
import Postgres
import Transactions

/// What the demo shows at its end; the JSON object of `vigil demo --json`.
struct DemoReport: Encodable {
    /// Transactions and labels consumed.
    var events: Int64
    var eventsPerSecond: Double
    /// Rows of `vigil.alerts`.
    var alerts: Int64
    /// Distinct alert ids in the review topic.
    var reviewEvents: Int
    /// Share of the frauds after the training period that were flagged.
    var recall: Double
    /// Share of the flagged transactions after the training period that were fraud.
    var precision: Double
    var seconds: Double
}

/// Reads the outcome back from PostgreSQL and the review topic, as a user would.
struct DemoOutcome {
    let connection: PostgresConnection

    /// Totals over all partitions of both inputs.
    func progress() throws -> (events: Int64, unaccounted: Int64) {
        let row = try connection.execute(
            """
            SELECT coalesce(sum(next_offset - first_offset), 0)::bigint AS events,
                coalesce(sum(unaccounted), 0)::bigint AS unaccounted
            FROM vigil.stream_progress
            """)
        guard let first = row.first else { return (0, 0) }
        return (try first.value("events"), try first.value("unaccounted"))
    }

    func alertCount() throws -> Int64 {
        try connection.execute("SELECT count(*) FROM vigil.alerts").single()
    }

    func unpublishedCount() throws -> Int64 {
        try connection.execute("SELECT count(*) FROM vigil.alerts WHERE published_at IS NULL").single()
    }

    /// Ids of the transactions flagged from `start` on.
    func flagged(from start: EventTime) throws -> Set<String> {
        let rows = try connection.execute(
            "SELECT transaction_id FROM vigil.alerts WHERE event_time >= $1",
            [.timestamp(milliseconds: start.milliseconds)])
        return Set(try rows.map { try $0.value("transaction_id", as: String.self) })
    }

    /// The ten highest alerts, as a table.
    func topAlerts() throws -> TextTable {
        let rows = try connection.execute(
            """
            SELECT to_char(event_time, 'YYYY-MM-DD HH24:MI') AS at, left(user_pseudonym, 8) AS who, amount,
                score::double precision AS score, decision, coalesce(decided_by, 'model') AS decided_by,
                coalesce(reasons -> 0 ->> 'feature', '') AS feature, coalesce(reasons -> 0 ->> 'value', '') AS value
            FROM vigil.alerts ORDER BY score DESC, event_time, alert_id LIMIT 10
            """)
        var table = TextTable(header: ["time", "user", "amount", "score", "decision", "by", "first reason"])
        for row in rows {
            let amount: Double = try row.value("amount")
            let score: Double = try row.value("score")
            let feature: String = try row.value("feature")
            table.rows.append([
                try row.value("at"), try row.value("who"), String(format: "%.2f", amount),
                String(format: "%.4f", score), try row.value("decision"), try row.value("decided_by"),
                feature.isEmpty ? "" : "\(feature) = \(try row.value("value", as: String.self))",
            ])
        }
        return table
    }
}

/// What the review topic holds.
struct ReviewTopicContents {
    /// The first three events as they are.
    var examples: [String] = []
    var alertIDs: Set<String> = []

    /// Reads the topic from its beginning to its present end.
    init(settings: KafkaSettings, topic: String) throws {
        let consumer = try KafkaConsumer(settings: settings)
        let partitions = try consumer.partitions(of: topic, timeoutMilliseconds: 10_000)
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, KafkaOffset.earliest) }))
        var open = Set(partitions)
        while !open.isEmpty {
            let batch = try consumer.poll(maximum: 1000, timeoutMilliseconds: 1000)
            for message in batch {
                guard let value = message.value else { continue }
                let text = String(decoding: value, as: UTF8.self)
                if examples.count < 3 { examples.append(text) }
                if let event = try? JSONDecoder().decode(ReviewEvent.self, from: Data(text.utf8)) {
                    alertIDs.insert(event.alertID)
                }
            }
            open.subtract(batch.endsOfPartitions.keys)
        }
        try consumer.close()
    }
}
