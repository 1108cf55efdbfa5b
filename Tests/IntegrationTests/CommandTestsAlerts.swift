import Foundation
import Postgres
import Testing
import Transactions

/// `migrate` and `alerts` on a database of their own.
@Suite struct CommandTestsAlerts {
    @Test func migratingTwiceChangesNothingTheSecondTime() async throws {
        let database = try CommandDatabase(migrated: false)
        let environment = database.environment()
        let pending = try await VigilProcess.run("migrate", "--check", "--json", environment: environment)
        #expect(pending.status == 1)
        #expect((try pending.json()["pending"] as? [Any])?.count == Migration.builtIn.count)
        let early = try await VigilProcess.run("alerts", "list", environment: environment)
        #expect(early.status == 1)
        #expect(early.errors.contains("vigil migrate"))

        let first = try await VigilProcess.run("migrate", "--json", environment: environment)
        #expect(first.status == 0, "\(first.errors)")
        #expect((try first.json()["newly_applied"] as? [Any])?.count == Migration.builtIn.count)
        let second = try await VigilProcess.run("migrate", "--json", environment: environment)
        #expect(second.status == 0)
        #expect((try second.json()["newly_applied"] as? [Any])?.count == 0)
        #expect(try second.json()["applied"] as? Int == Migration.builtIn.count)
        let current = try await VigilProcess.run("migrate", "--check", environment: environment)
        #expect(current.status == 0)
    }

    @Test func alertsAreListedShownAndLabelled() async throws {
        let database = try CommandDatabase(migrated: true)
        let key = "0123456789abcdef0123456789abcdef"
        let environment = database.environment().merging(["VIGIL_PRIVACY_KEY": key]) { $1 }
        let alice = Pseudonymizer(key: Array(key.utf8)).pseudonym(of: "alice")
        let connection = try database.connect()
        let old = try insert(connection, user: alice, time: "2024-03-01 10:00:00+00", score: 0.7, decision: "review")
        let new = try insert(connection, user: alice, time: "2024-03-02 10:00:00+00", score: 0.95, decision: "decline")
        let other = try insert(
            connection, user: "bob\u{1B}[2J", time: "2024-03-03 10:00:00+00", score: 0.8, decision: "review")

        func listed(_ arguments: String...) async throws -> [String] {
            let outcome = try await VigilProcess(["alerts", "list", "--json"] + arguments, environment: environment)
                .outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let alerts = try #require(try outcome.json()["alerts"] as? [[String: Any]])
            return alerts.compactMap { $0["alert_id"] as? String }
        }
        #expect(try await listed() == [other, new, old])
        #expect(try await listed("--order", "score") == [new, other, old])
        #expect(try await listed("--limit", "1") == [other])
        #expect(try await listed("--user-id", "alice") == [new, old])
        #expect(try await listed("--user", alice) == [new, old])
        #expect(try await listed("--user", "' OR true --").isEmpty)
        #expect(try await listed("--decision", "decline") == [new])
        #expect(try await listed("--minimum-score", "0.8") == [other, new])
        #expect(try await listed("--from", "2024-03-02", "--to", "2024-03-02") == [new])

        let table = try await VigilProcess.run("alerts", "list", environment: environment)
        #expect(table.output.contains(old))
        #expect(!table.output.contains("\u{1B}"))

        let shown = try await VigilProcess.run("alerts", "show", new.uppercased(), "--json", environment: environment)
        let alert = try shown.json()
        #expect(alert["user"] as? String == alice)
        #expect(alert["event_time"] as? String == "2024-03-02T10:00:00Z")
        #expect((alert["entities"] as? [String: String]) == ["terminal": "t-1"])
        #expect((alert["reasons"] as? [[String: Any]])?.first?["feature"] as? String == "amount")
        #expect((alert["rule_hits"] as? [[String: Any]])?.first?["rule"] as? String == "large")
        #expect(alert["verdict"] == nil)

        for (verdict, note) in [("legitimate", "called"), ("fraud", "called again")] {
            let said = try await VigilProcess.run(
                "alerts", "label", new, verdict, "--note", note, environment: environment)
            #expect(said.status == 0, "\(said.errors)")
        }
        let text = try await VigilProcess.run("alerts", "show", new, environment: environment)
        #expect(text.output.contains("fraud"))
        #expect(text.output.contains("called again"))
        #expect(try await listed("--unlabelled") == [other, old])

        let unknown = UUID().uuidString
        for arguments in [["alerts", "show", unknown], ["alerts", "label", unknown, "fraud"]] {
            let outcome = try await VigilProcess(arguments, environment: environment).outcome()
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(unknown.lowercased()))
        }
        #expect(try connection.execute("SELECT count(*) FROM vigil.alert_labels").single(as: Int.self) == 1)
    }

    private func insert(
        _ connection: PostgresConnection, user: String, time: String, score: Float, decision: String
    ) throws -> String {
        try connection.execute(
            """
            INSERT INTO vigil.alerts (alert_id, topic, partition, record_offset, transaction_id, user_pseudonym, amount,
                event_time, model_score, score, decision, decided_by, rule_hits, reasons, entities, model_hash, rules_hash)
            VALUES (gen_random_uuid(), 'transactions', 3, 17, 'tx-1', $1, 250.5, $2::text::timestamptz, $3, $3, $4, 'large',
                '[{"rule": "large", "action": "review", "reason": "large amount"}]',
                '[{"feature": "amount", "value": "250.50", "contribution": 1.5}]', '{"terminal": "t-1"}', 'm', 'r')
            RETURNING alert_id::text
            """, [.text(user), .text(time), .float(score), .text(decision)]
        ).single()
    }
}
