import Foundation
import Kafka
import Postgres
import Testing
import Transactions

/// `vigil replay` and `vigil alerts verify` on what `vigil run` has processed: the same decisions, and nothing changed.
@Suite struct ReplayIsolationTests {
    private static let total = 6000

    /// Velocity of users and of entities, earlier decisions, and a breaker that every partition trips on every day.
    private static func rules(_ window: String, _ limit: Double) -> String {
        """
        velocity:
          ofUser: {function: sum, of: tx.amount, window: 3h}
          ofTerminal: {function: sum, of: tx.amount, key: terminal, window: \(window)}
        breakers:
          decline: {daily_share: 0.2, after: 20}
        rules:
          - {id: high, when: tx.amount > 60.0, action: decline}
          - {id: often, when: velocity.ofUser > 280.0, action: review}
          - {id: busy, when: velocity.ofTerminal > \(limit) && tx.amount > 30.0, action: review}
          - {id: after, when: has(user.last_decision) && user.last_decision == "decline" && tx.amount > 50.0, action: review}
        """
    }

    /// All that a replay must leave as it is.
    private struct Surroundings: Equatable {
        var tables: [String]
        var watermarks: [TopicPartition: Range<Int64>]
        var committed: [TopicPartition: Int64]

        init(_ instance: ProcessorCrashTests.Instance, topics: [String]) throws {
            let connection = try instance.database.connect()
            tables = try ["alerts", "alert_labels", "stream_progress", "schema_migrations"].map { table in
                try connection.execute(
                    "SELECT md5(coalesce(string_agg(rows::text, '|' ORDER BY rows::text), '')) FROM vigil.\(table) AS rows"
                ).single()
            }
            let consumer = try KafkaConsumer(
                settings: try TestBrokers.settings(), groupID: instance.environment["VIGIL_KAFKA_GROUP"])
            defer { try? consumer.close() }
            watermarks = [:]
            for topic in topics {
                for partition in try consumer.partitions(of: topic, timeoutMilliseconds: 10_000) {
                    watermarks[partition] = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
                }
            }
            committed = try consumer.committed(Array(watermarks.keys), timeoutMilliseconds: 10_000)
        }
    }

    private func decisions(_ instance: ProcessorCrashTests.Instance, run: String) throws -> [String: [String]] {
        let rows = try instance.database.connect().execute(
            """
            SELECT alert_id::text AS id, model_score::text AS model, score::text AS score, decision, decided_by
            FROM vigil.replay_decisions WHERE run_id = $1 AND decision <> 'allow'
            """, [.uuid(run)])
        return try Self.byID(rows)
    }

    private static func byID(_ rows: PostgresResult) throws -> [String: [String]] {
        var all: [String: [String]] = [:]
        for row in rows {
            let decidedBy: String? = try row.value("decided_by")
            all[try row.value("id")] = [
                try row.value("model"), try row.value("score"), try row.value("decision"), decidedBy ?? "",
            ]
        }
        return all
    }

    /// In buckets of an hour and of five minutes.
    @Test(.serialized, arguments: [(Int64(60), "5h", 1400), (5, "25m", 130)])
    func aReplayDecidesWhatRunDecidedAndChangesNothing(minutes: Int64, window: String, limit: Double) async throws {
        let directory = try TemporaryDirectory()
        try ProcessorModel.save(to: directory("model"), entityBucketMinutes: minutes)
        _ = try directory.write(Self.rules(window, limit), to: "rules.yaml")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: ProcessorCrashTests.partitions)
        let labels = try TestBrokers.makeTopic("labels", partitions: 1)
        try ProcessorCrashTests.publish(0..<Self.total, transactions: transactions, labels: labels)
        let instance = try ProcessorCrashTests.Instance(
            transactions: transactions, labels: labels, directory: directory)
        let service = try instance.start()
        defer { kill(service.process.processIdentifier, SIGKILL) }
        try await eventually("all decided") { try instance.decided(transactions) == Self.total }
        kill(service.process.processIdentifier, SIGTERM)
        let stopped = try await service.outcome()
        #expect(stopped.status == 0, "\(stopped.errors)")

        let topics = instance.environment.filter { $0.key.hasPrefix("VIGIL_TOPICS_") }.map(\.value)
        let before = try Surroundings(instance, topics: topics)
        let alerts = try Self.byID(
            try instance.database.connect().execute(
                """
                SELECT alert_id::text AS id, model_score::text AS model, score::text AS score, decision, decided_by
                FROM vigil.alerts
                """))
        let declined = alerts.filter { $0.value[2] == "decline" }
        let held = alerts.filter { $0.value[2] == "review" && $0.value[3] == "high" }
        #expect(declined.count > 100 && held.count > 500)
        for rule in ["often", "busy", "after"] { #expect(alerts.values.count { $0[3] == rule } > 20, "\(rule)") }
        #expect(alerts.count > 1500 && before.watermarks.values.contains { $0.upperBound > 1000 })
        for workers in ["1", "3"] {
            let outcome = try await VigilProcess.run(
                "replay", "--workers", workers, "--json", environment: instance.environment)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let report = try outcome.json()
            let run = try #require(report["run_id"] as? String)
            #expect(try decisions(instance, run: run) == alerts)
            #expect(report["events"] as? Int == Self.total)
            let status: String = try instance.database.connect().execute(
                "SELECT status FROM vigil.replay_runs WHERE run_id = $1", [.uuid(run)]
            ).single()
            #expect(status == "done")
        }
        // A part of the topics, found by the times of their records.
        let part = try await VigilProcess.run(
            "replay", "--from", "2026-01-06T12:00:00Z", "--warm-up", "6h", "--json", environment: instance.environment)
        #expect(part.status == 0, "\(part.errors)")
        #expect(try part.json()["events"] as? Int == Self.total - 3240)
        #expect(try part.json()["warm_up_events"] as? Int == 540)
        for id in [try #require(held.keys.min()), try #require(declined.keys.min())] {
            let outcome = try await VigilProcess.run(
                "alerts", "verify", id, "--json", environment: instance.environment)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try outcome.json()["matches"] as? Bool == true)
        }
        #expect(try Surroundings(instance, topics: topics) == before)

        // An alert whose score is not what its record gives.
        let forged = try #require(alerts.keys.sorted().last)
        _ = try instance.database.connect().execute(
            "UPDATE vigil.alerts SET model_score = model_score + 0.000001 WHERE alert_id = $1", [.uuid(forged)])
        let outcome = try await VigilProcess.run("alerts", "verify", forged, environment: instance.environment)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("model score"))
    }
}
