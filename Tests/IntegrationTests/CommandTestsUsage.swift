import Foundation
import Kafka
import Testing

/// Exit codes and messages for wrong calls, and the commands that need no server.
@Suite struct CommandTestsUsage {
    private let directory: TemporaryDirectory
    private let schema = ProjectFiles.path("Schemas/examples/demo.yaml")

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [
        ["simulate", "--output", "x.csv"], ["simulate", "--out", "x.txt"], ["nonsense"], ["publish", "--topic", "t"],
        ["publish", "--data", "x.csv", "--schema", "s", "--topic", "t", "--from", "yesterday"],
        ["publish", "--data", "x.csv", "--schema", "s", "--topic", "t", "--rate", "fast"],
        ["broker", "--topics", "transactions"], ["alerts", "show", "17"], ["rules", "check", "--rules", "r.yaml"],
        ["train", "--data", "x.csv", "--schema", "s", "--until", "2024-01-01", "--out", "m", "--method", "lora"],
        ["evaluate", "--model", "m", "--data", "x.csv", "--schema", "s"],
        ["publish", "--data", "/nonexistent.csv", "--schema", "/nonexistent.yaml", "--topic", "t", "--brokers", "x:1"],
        ["model", "show", "/nonexistent"], ["migrate", "--set", "postgres.prot=5432"],
        ["migrate", "--config", "/nonexistent.yaml"], ["migrate", "--set", "postgres.parameters=nonsense"],
    ])
    func wrongUsageEndsWithTwo(arguments: [String]) async throws {
        let outcome = try await VigilProcess(arguments).outcome()
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("Error: "))
        #expect(outcome.output.isEmpty)
    }

    @Test func helpAndVersionEndWithZero() async throws {
        let help = try await VigilProcess.run("publish", "--help")
        #expect(help.status == 0)
        #expect(help.output.contains("--labels-topic"))
        let version = try await VigilProcess.run("version", "--json")
        #expect(version.status == 0)
        #expect(try version.json()["vigil"] is String)
    }

    @Test func aSettingThatDoesNotExistIsNamedWithItsLine() async throws {
        let file = try directory.write("kafka:\n  bootstrap_servers: x:1\npostgres:\n  prot: 5432\n", to: "vigil.yaml")
        let outcome = try await VigilProcess.run("migrate", "--config", file)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("vigil.yaml:4: 'postgres.prot'"))
        #expect(outcome.errors.contains("did you mean 'postgres.port'?"))
    }

    @Test func aFileThatDoesNotFitTheSchemaIsNamed() async throws {
        let file = try directory.write("id,user\n1,2\n", to: "other.csv")
        let outcome = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", "t", "--brokers", "x:1")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("other.csv:1: field 'transaction_id'"))
    }

    @Test func rulesAreCheckedAgainstTheSchema() async throws {
        let good = try directory.write(
            """
            rules:
              - id: large
                when: tx.amount > 100.0 && tx.country != "DE"
                action: review
                reason: large and abroad
            """, to: "good.yaml")
        let bad = try directory.write(
            """
            rules:
              - id: large
                when: tx.amuont > 100.0
                action: review
                reason: large
            """, to: "bad.yaml")
        let accepted = try await VigilProcess.run("rules", "check", "--rules", good, "--schema", schema, "--json")
        #expect(accepted.status == 0, "\(accepted.errors)")
        #expect(try accepted.json()["valid"] as? Bool == true)
        #expect(try accepted.json()["rules"] as? Int == 1)
        #expect((try accepted.json()["hash"] as? String)?.count == 64)

        let refused = try await VigilProcess.run("rules", "check", "--rules", bad, "--schema", schema)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("bad.yaml:3:"))
        #expect(refused.errors.contains("^^^"))
        #expect(refused.errors.contains("amount"))
        let listed = try await VigilProcess.run("rules", "check", "--rules", bad, "--schema", schema, "--json")
        #expect(listed.status == 2)
        let diagnostics = try #require(try listed.json()["diagnostics"] as? [[String: Any]])
        #expect(diagnostics.first?["line"] as? Int == 3)
        #expect(diagnostics.first?["rule"] as? String == "large")
    }

    @Test func ruleFilesAreCheckedAndFormattedInPlace() async throws {
        let file = try directory.write(
            "rules:\n  - {id: a, when: (tx.amount>1.0), action: review} # why\n", to: "untidy.yaml")
        #expect(try await VigilProcess.run("rules", "format", file, "--check").status == 1)
        #expect(try directory.text("untidy.yaml").contains("(tx.amount>1.0)"))
        #expect(try await VigilProcess.run("rules", "format", file, "--in-place").status == 0)
        #expect(
            try directory.text("untidy.yaml") == "rules:\n  - {id: a, when: tx.amount > 1.0, action: review} # why\n")
        #expect(try await VigilProcess.run("rules", "format", file, "--check").status == 0)
        let broken = try directory.write("rules:\n  - {id: a, when: tx.amount >, action: review}\n", to: "broken.yaml")
        let refused = try await VigilProcess.run("rules", "format", broken)
        #expect(refused.status == 2 && refused.errors.contains("broken.yaml:2:"))
        let missing = try await VigilProcess.run("rules", "format", broken + ".gone")
        #expect(missing.status == 2 && missing.errors.contains("broken.yaml.gone: expected a readable file"))
    }

    @Test func anEventIsExplainedInEitherForm() async throws {
        let schema = try directory.write(
            """
            name: mapped
            fields: { id: nr, user: card, time: at, amount: sum }
            time_format: iso8601
            entities:
              - { name: terminal, field: where }
            """, to: "mapped.yaml")
        let rules = try directory.write(
            "rules: [{id: large, when: tx.amount > 100.0 && tx.terminal == 't1', action: review}]", to: "large.yaml")
        let forms = [
            #"{"nr": "1", "card": "u", "at": "2026-03-01T12:00:00Z", "sum": 250, "where": "t1"}"#,
            #"{"id": "1", "user": "u", "time": "2026-03-01T12:00:00Z", "amount": 250, "#
                + #""entities": {"terminal": "t1"}}"#,
        ]
        for form in forms {
            let event = try directory.write(form, to: "event.json")
            let explained = try await VigilProcess.run(
                "rules", "explain", "--rules", rules, "--schema", schema, "--event", event)
            #expect(explained.status == 0, "\(form): \(explained.errors)")
            #expect(explained.output.contains("large (review): true"), "\(form): \(explained.output)")
        }
    }

    @Test func aRuleThatWouldNotActIsExplainedWithTheReason() async throws {
        let rules = try directory.write(
            "rules: [{id: old, when: 'true', action: review, expires: 2026-01-01, state: shadow, sample: 0}]",
            to: "old.yaml")
        let event = try directory.write(
            "\u{FEFF}" + #"{"id": "1", "user": "u", "time": "2026-03-01T12:00:00Z", "amount": 1}"#, to: "event.json")
        let call = ["rules", "explain", "--rules", rules, "--schema", schema, "--event", event]
        let told = try await VigilProcess(call).outcome()
        #expect(told.output == "old (review): true, set aside: expired, not sampled, shadow\n", "\(told.errors)")
        let found = try #require(
            try await VigilProcess(call + ["--json"]).outcome().json()["rules"] as? [[String: Any]])
        #expect(found.first?["set_aside"] as? [String] == ["expired", "not_sampled", "shadow"])
    }

    @Test(arguments: [
        (
            #"{"id": "1", "user": "u", "time": "2026-03-01T12:00:00Z", "amount": "much"}"#,
            ":1: 'amount': expected a number"
        ),
        ("{\n\"id\": \"1\",\n\"time\": \"2026-03-01T12:00:00Z\"\n}", ":1: 'user': expected a value"),
        (
            #"{"id": "1", "user": "u", "time": "2026-03-01T12:00:00Z", "amount": 1}"# + "\r\n\r\n{",
            ":3: 'event': expected "
        ),
        ("\n", ": 'event': expected a JSON object, or one a line"),
    ])
    func aBadEventIsNamedWithItsLine(text: String, message: String) async throws {
        let rules = try directory.write("rules: []", to: "none.yaml")
        let event = try directory.write(text, to: "event.json")
        let refused = try await VigilProcess.run(
            "rules", "explain", "--rules", rules, "--schema", schema, "--event", event)
        #expect(refused.status == 2 && refused.errors.contains("event.json" + message), "\(refused.errors)")
        #expect(refused.output.isEmpty)
    }

    @Test func theBrokerStandsUntilItIsAskedToStop() async throws {
        let ready = directory("ready")
        let broker = try VigilProcess(["broker", "--topics", "first:3,second:1", "--ready-file", ready])
        try await eventually("ready file") { FileManager.default.fileExists(atPath: ready) }
        let servers = try directory.text("ready").trimmingCharacters(in: .newlines)
        let topics = try KafkaAdmin(settings: KafkaSettings(bootstrapServers: servers))
            .describeCluster(timeoutMilliseconds: 5000).topics
        #expect(topics.map(\.name) == ["first", "second"])
        #expect(topics.map(\.partitions.count) == [3, 1])
        broker.process.terminate()
        let outcome = try await broker.outcome()
        #expect(outcome.status == 0)
        #expect(outcome.output == servers + "\n")
        #expect(outcome.errors.contains("not for production"))
    }
}
