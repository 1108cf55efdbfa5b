import Foundation
import Kafka
import Postgres
import Testing

/// A small model from `train` to `evaluate`, `model show` and `doctor`.
@Suite struct CommandTestsModel {
    private let directory: TemporaryDirectory
    private let schema = ProjectFiles.path("Schemas/examples/demo.yaml")

    init() throws { directory = try TemporaryDirectory() }

    @Test func aModelIsTrainedMeasuredAndFoundHealthy() async throws {
        let data = directory("data.csv")
        let simulated = try await VigilProcess.run(
            "simulate", "--out", data, "--users", "60", "--days", "30", "--seed", "3", "--start", "2024-03-01",
            "--fraud-scale", "10")
        #expect(simulated.status == 0, "\(simulated.errors)")
        let model = directory("model")
        let trained = try await VigilProcess.run(
            "train", "--data", data, "--schema", schema, "--until", "2024-03-25", "--label-delay", "2d", "--epochs",
            "1",
            "--layers", "1", "--width", "8", "--heads", "1", "--feed-forward", "8", "--window", "8", "--out", model,
            "--json")
        #expect(trained.status == 0, "\(trained.errors)")
        let summary = try trained.json()
        #expect((summary["frauds"] as? Int ?? 0) > 0)
        try await expectFigures(of: model, data: data)
        try await expectShown(model, hash: summary["model_hash"] as? String)
        try await expectOtherDirectoriesAreSpared(data: data)
        try await expectBacktest(of: model, data: data)
        try await expectDiagnosis(of: model)
    }

    /// A rule that matches all flags all: whatever the score let through is decided otherwise.
    private func expectBacktest(of model: String, data: String) async throws {
        let rules = try directory.write(
            """
            rules:
              - id: everything
                when: tx.amount > -1000000.0
                action: review
              - id: trial
                when: tx.amount > -1000000.0
                action: decline
                state: shadow
            """, to: "proposed.yaml")
        let span = ["--data", data, "--from", "2024-03-20", "--to", "2024-03-27"]
        let arguments = ["rules", "backtest", "--rules", rules, "--model", model] + span
        let outcome = try await VigilProcess(arguments + ["--json"]).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try outcome.json()
        let events = try #require(found["events"] as? Int)
        let proposed = try #require(found["proposed"] as? [String: Any])
        let active = try #require(found["active"] as? [String: Any])
        #expect(events > 100 && proposed["flagged"] as? Int == events && proposed["recall"] as? Double == 1)
        #expect(found["changed"] as? Int == events - (active["flagged"] as? Int ?? 0))
        let table = try #require(found["rules"] as? [String: Any])
        let rows = try #require(table["rows"] as? [[String: Any]])
        #expect(rows.map { $0["hits"] as? Int } == [events, events])
        #expect(table["overlap"] as? [[Int]] == [[events, events], [events, events]])
        let changes = try #require(found["changes"] as? [[String: Any]])
        #expect(changes.map { "\($0["from"] ?? "") \($0["to"] ?? "")" } == ["allow review"])
        // Against itself nothing changes.
        let text = try await VigilProcess(arguments + ["--against", rules]).outcome()
        #expect(text.status == 0 && text.output.contains("0 of \(events) decisions change against"), "\(text.errors)")
        #expect(text.output.contains("marginal recall"))
    }

    private func expectFigures(of model: String, data: String) async throws {
        let keys: Set = [
            "events", "frauds", "auc_roc", "average_precision", "recall_at_alert_rate", "recall_at_precision",
            "card_precision_at_100", "ece",
        ]
        let span = ["--from", "2024-03-26", "--to", "2024-03-30", "--json"]
        let arguments = ["evaluate", "--model", model, "--schema", schema] + span
        let measured = try await VigilProcess(arguments + ["--data", data]).outcome()
        #expect(measured.status == 0, "\(measured.errors)")
        let figures = try measured.json()
        #expect(Set(figures.keys) == keys)
        #expect(Set((figures["recall_at_alert_rate"] as? [String: Any] ?? [:]).keys) == ["0.005", "0.01"])
        #expect(Set((figures["recall_at_precision"] as? [String: Any] ?? [:]).keys) == ["0.9"])
        // What is not defined without a fraud is null, not left out.
        let innocent = directory("innocent.csv")
        _ = try await VigilProcess.run(
            "simulate", "--out", innocent, "--users", "20", "--days", "30", "--start", "2024-03-01", "--fraud-scale",
            "0")
        let undefined = try await VigilProcess(arguments + ["--data", innocent]).outcome().json()
        #expect(Set(undefined.keys) == keys)
        #expect(undefined["frauds"] as? Int == 0)
        #expect(undefined["auc_roc"] is NSNull)
        #expect((figures["events"] as? Int ?? 0) > 0)
        #expect((figures["frauds"] as? Int ?? 0) > 0)
        let empty = try await VigilProcess.run(
            "evaluate", "--model", model, "--data", data, "--schema", schema, "--from", "2025-01-01", "--to",
            "2025-01-02")
        #expect(empty.status == 1)
        #expect(empty.errors.contains("no labelled transaction"))
    }

    private func expectShown(_ model: String, hash: String?) async throws {
        let shown = try await VigilProcess.run("model", "show", model, "--json")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(try shown.json()["hash"] as? String == hash)
        #expect(try shown.json()["label_delay"] as? String == "2d")
        #expect(try shown.json()["training"] is [String: Any])
        let text = try await VigilProcess.run("model", "show", model)
        #expect(text.output.contains("amount"))
    }

    /// Saving replaces a directory, so one with anything else in it is refused before training.
    private func expectOtherDirectoriesAreSpared(data: String) async throws {
        let outcome = try await VigilProcess.run(
            "train", "--data", data, "--schema", schema, "--until", "2024-03-25", "--out", directory.path)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("holds other things"))
        #expect(FileManager.default.fileExists(atPath: data))
    }

    private func expectDiagnosis(of model: String) async throws {
        let database = try CommandDatabase(migrated: true)
        let names = try ["transactions", "labels", "sequences", "entities"].map {
            try TestBrokers.makeTopic($0, partitions: 2)
        }
        let outputs = try ["review", "dead"].map { try TestBrokers.makeTopic($0, partitions: 1) }
        let rules = try directory.write(
            "rules:\n  - id: large\n    when: tx.amount > 100.0\n    action: review\n    reason: large\n",
            to: "rules.yaml")
        let key = try directory.write("0123456789abcdef0123456789abcdef\n", to: "key")
        let config = try directory.write(
            """
            kafka:
              bootstrap_servers: \(try TestBrokers.settings().bootstrapServers)
            topics:
              transactions: \(names[0])
              labels: \(names[1])
              sequences: \(names[2])
              entities: \(names[3])
              review: \(outputs[0])
              dead_letters: \(outputs[1])
            model:
              path: \(model)
            rules:
              path: \(rules)
            privacy:
              key_file: \(key)
            """, to: "vigil.yaml")
        let environment = database.environment()
        let narrow = try TestBrokers.makeTopic("sequences", partitions: 1)
        let empty = try CommandDatabase(migrated: false)
        // Side by side: each waits for an embedded broker that does not answer about compaction.
        async let healthyRun = VigilProcess.run("doctor", "--config", config, "--json", environment: environment)
        async let brokenRun = VigilProcess.run(
            "doctor", "--config", config, "--set", "topics.labels=nowhere", "--set", "topics.sequences=\(narrow)",
            "--json",
            environment: empty.environment())
        async let misconfiguredRun = VigilProcess.run(
            "doctor", "--config", config, "--set", "privacy.key_file=/nonexistent", "--set", "model.path=/nonexistent",
            "--json", environment: environment)
        async let weakRun = weakUser(of: database, config)

        let healthy = try await healthyRun
        #expect(healthy.status == 0, "\(healthy.errors)")
        #expect(try healthy.json()["healthy"] as? Bool == true)

        let broken = try await brokenRun
        #expect(broken.status == 1, "\(broken.errors)")
        let faults = try faults(broken)
        #expect(faults.map(\.check) == ["topic nowhere", "partitions", "migrations"])
        #expect(faults.allSatisfy { !$0.advice.isEmpty })

        let weak = try await weakRun
        #expect(weak.map(\.check) == ["privileges"])
        #expect(weak.first?.advice.hasPrefix("GRANT vigil_writer") == true)

        let misconfigured = try await misconfiguredRun
        #expect(misconfigured.status == 2)
        #expect(try self.faults(misconfigured).map(\.check) == ["model", "pseudonyms"])
    }

    /// What the doctor says to a login that may only read.
    private func weakUser(of database: CommandDatabase, _ config: String) async throws -> [(
        check: String, advice: String
    )] {
        let connection = try database.connect()
        let user = "vigil_test_reader_\(UInt32.random(in: 0...UInt32.max))"
        try connection.run(script: "CREATE ROLE \(user) LOGIN PASSWORD 'weak'; GRANT vigil_reader TO \(user)")
        defer { try? connection.run(script: "DROP ROLE \(user)") }
        let variables = database.environment(user: user).merging(["VIGIL_POSTGRES_PASSWORD": "weak"]) { $1 }
        return try faults(try await VigilProcess.run("doctor", "--config", config, "--json", environment: variables))
    }

    private func faults(_ outcome: VigilProcess.Outcome) throws -> [(check: String, advice: String)] {
        let checks = try #require(try outcome.json()["checks"] as? [[String: Any]])
        return checks.filter { $0["state"] as? String == "fault" }
            .map { ($0["check"] as? String ?? "", $0["advice"] as? String ?? "") }
    }
}
