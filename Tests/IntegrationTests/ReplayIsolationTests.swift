import Foundation
import Kafka
import Postgres
import Testing
import Transactions

/// `vigil replay` and `vigil alerts verify` on what `vigil run` has processed: the same decisions, and nothing changed.
@Suite struct ReplayIsolationTests {
    private static let total = 6000

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

    @Test func aReplayDecidesWhatRunDecidedAndChangesNothing() async throws {
        let directory = try TemporaryDirectory()
        try ProcessorModel.save(to: directory("model"))
        _ = try directory.write(
            "rules:\n  - id: high\n    when: tx.amount > 60.0\n    action: review\n", to: "rules.yaml")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: ProcessorCrashTests.partitions)
        let labels = try TestBrokers.makeTopic("labels", partitions: 1)
        try ProcessorCrashTests.publish(0..<Self.total, transactions: transactions, labels: labels)
        let instance = try ProcessorCrashTests.Instance(
            transactions: transactions, labels: labels, directory: directory)
        let service = try instance.start()
        defer { kill(service.process.processIdentifier, SIGKILL) }
        try await eventually("all decided") { try instance.decided(transactions) == Self.total }
        kill(service.process.processIdentifier, SIGTERM)
        #expect(try await service.outcome().status == 0)

        let topics = instance.environment.filter { $0.key.hasPrefix("VIGIL_TOPICS_") }.map(\.value)
        let before = try Surroundings(instance, topics: topics)
        let alerts = try Self.byID(
            try instance.database.connect().execute(
                """
                SELECT alert_id::text AS id, model_score::text AS model, score::text AS score, decision, decided_by
                FROM vigil.alerts
                """))
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
        for id in alerts.keys.sorted().prefix(2) {
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
