import Foundation
import Kafka
import Postgres
import Testing
import Transactions

/// `migrate`, `alerts` and `forget` on a database of their own.
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

    /// Every row of the user's goes, in all tables that name users, and nobody else's; their checkpoints too.
    @Test func aForgottenUserIsInNoTable() async throws {
        let database = try CommandDatabase(migrated: true)
        let topic = try TestBrokers.makeTopic("sequences", partitions: 1)
        let environment = database.environment().merging([
            "VIGIL_PRIVACY_USER_IDS": "plain", "VIGIL_TOPICS_SEQUENCES": topic,
            "VIGIL_KAFKA_BOOTSTRAP_SERVERS": try TestBrokers.settings().bootstrapServers,
        ]) { $1 }
        let connection = try database.connect()
        for user in ["alice", "bob"] {
            let alert = try insert(
                connection, user: user, time: "2024-03-01 10:00:00+00", score: 0.7, decision: "review")
            try connection.run(
                script: """
                    INSERT INTO vigil.alert_labels (alert_id, label) VALUES ('\(alert)', 'fraud');
                    INSERT INTO vigil.allowed_events (topic, partition, record_offset, transaction_id, user_pseudonym,
                        amount, event_time, model_score, score, rule_hits, model_hash, rules_hash)
                    VALUES ('\(user)', 0, 1, 't', '\(user)', 1, now(), 0, 0, '[]', 'm', 'r');
                    INSERT INTO vigil.shadow_hits (topic, partition, record_offset, transaction_id, user_pseudonym,
                        event_time, rule, action, reason, decision, rules_hash)
                    VALUES ('\(user)', 0, 1, 't', '\(user)', now(), 'x', 'review', '', 'allow', 'r');
                    INSERT INTO vigil.shadow_scores (topic, partition, record_offset, model_hash, model, transaction_id,
                        user_pseudonym, event_time, model_score, score, decision, active_model_hash, active_model_score,
                        active_decision, rules_hash)
                    VALUES ('\(user)', 0, 1, 'n', 'n', 't', '\(user)', now(), 0, 0, 'allow', 'm', 0, 'allow', 'r');
                    INSERT INTO vigil.replay_runs (run_id, source, label_delay_seconds, contenders)
                    VALUES ('00000000-0000-0000-0000-000000000000', 's', 0, '[]') ON CONFLICT DO NOTHING;
                    INSERT INTO vigil.replay_decisions (run_id, contender, source, record_offset, user_pseudonym, amount,
                        event_time, model_score, score, decision, maturity)
                    VALUES ('00000000-0000-0000-0000-000000000000', 'c', 's', 1, '\(user)', 1, now(), 0, 0, 'allow',
                        'mature');
                    """)
        }
        let producer = try KafkaProducer(settings: TestBrokers.settings())
        for key in ["alice#1", "alice#2", "bob#2"] {
            try producer.produce(ProducerRecord(topic: topic, partition: 0, key: Array(key.utf8), value: [1]))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 60_000)

        let outcome = try await VigilProcess.run("forget", "--user", "alice", "--json", environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.json()["alerts"] as? Int == 1 && outcome.json()["checkpoints"] as? Int == 2)
        // The catalogue says which tables there are, so that none that comes later is left out.
        let tables = try connection.execute(
            """
            SELECT table_name AS name FROM information_schema.columns JOIN information_schema.tables
                USING (table_schema, table_name)
            WHERE table_schema = 'vigil' AND column_name = 'user_pseudonym' AND table_type = 'BASE TABLE'
                AND table_name <> 'forgotten_users'
            """)
        var named: [String] = []
        for row in tables {
            let table: String = try row.value("name")
            let users = try connection.execute("SELECT DISTINCT user_pseudonym AS user FROM vigil.\(table)")
            let left = try users.map { row throws in try row.value("user") as String }
            #expect(left == ["bob"] || left.isEmpty && table.hasPrefix("alerts_"), "\(table)")
            named.append(table)
        }
        #expect(named.count >= 6)
        #expect(try connection.execute("SELECT count(*) FROM vigil.alert_labels").single(as: Int.self) == 1)
        let last = try #require(try TestBrokers.readAll(topic)[0]?.suffix(2))
        #expect(Set(last.map(\.key)) == ["alice#1", "alice#2"] && last.allSatisfy { $0.value.isEmpty })
    }

    /// A user with alerts of two partitions is found, whoever wrote them.
    @Test func theDoctorFindsUsersOfTwoPartitions() async throws {
        let database = try CommandDatabase(migrated: true)
        let environment = database.environment().merging([
            "VIGIL_KAFKA_BOOTSTRAP_SERVERS": try TestBrokers.settings().bootstrapServers
        ]) { $1 }
        let connection = try database.connect()
        for user in ["alice", "bob", "bob"] {
            _ = try insert(connection, user: user, time: "2024-03-01 10:00:00+00", score: 0.7, decision: "review")
        }
        func order() async throws -> [String: String]? {
            let outcome = try await VigilProcess.run("doctor", "--reconcile", "--json", environment: environment)
            return (try outcome.json()["checks"] as? [[String: String]])?.first { $0["check"] == "order" }
        }
        #expect(try await order()?["state"] == "ok")
        try connection.run(
            script: "UPDATE vigil.alerts SET partition = 5 WHERE alert_id = (SELECT max(alert_id::text)::uuid "
                + "FROM vigil.alerts WHERE user_pseudonym = 'bob')")
        let found = try await order()
        #expect(found?["state"] == "warning")
        #expect(found?["detail"]?.contains("1 users have alerts of two partitions, such as bob") == true)
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
