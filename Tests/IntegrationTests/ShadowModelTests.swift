import Foundation
import Kafka
import Postgres
import Testing

/// A model in shadow changes nothing, is killed with -9 like everyone, and says of every event once what it would say were
/// it in use.
struct ShadowModelTests {
    private static let total = 3000

    @Test func aShadowDecidesNothingAndItsRowsAreWrittenOnce() async throws {
        let directory = try TemporaryDirectory()
        try ProcessorModel.save(to: directory("model"))
        try ProcessorModel.save(to: directory("candidate"), seed: 5, threshold: 0.5)
        _ = try directory.write(
            "rules:\n  - id: high\n    when: tx.amount > 60.0\n    action: review\n", to: "rules.yaml")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: ProcessorCrashTests.partitions)
        let labels = try TestBrokers.makeTopic("labels", partitions: 1)
        func instance(_ settings: [String: String] = [:]) throws -> ProcessorCrashTests.Instance {
            try .init(transactions: transactions, labels: labels, directory: directory, settings: settings)
        }
        let (alone, shadowed) = (try instance(), try instance(["VIGIL_MODEL_SHADOW": directory("candidate")]))
        let promoted = try instance(["VIGIL_MODEL_PATH": directory("candidate")])
        try ProcessorCrashTests.publish(0..<Self.total / 2, transactions: transactions, labels: labels)
        let others = [try alone.start(), try promoted.start()]
        defer { for other in others { kill(other.process.processIdentifier, SIGKILL) } }
        let victim = try shadowed.start()
        defer { kill(victim.process.processIdentifier, SIGKILL) }
        try await eventually("a checkpoint") { try shadowed.decided(transactions, column: "restore_offset") > 0 }
        try ProcessorCrashTests.publish(Self.total / 2..<Self.total, transactions: transactions, labels: labels)
        kill(victim.process.processIdentifier, SIGKILL)
        _ = try await victim.outcome()
        let last = try shadowed.start()
        defer { kill(last.process.processIdentifier, SIGKILL) }
        for instance in [alone, shadowed, promoted] {
            try await eventually("all decided") { try instance.decided(transactions) == Self.total }
        }

        let alerts = try alone.alerts()
        #expect(try shadowed.alerts() == alerts && alerts.count > 500)
        let counts = try #require(
            try shadowed.database.connect().execute(
                """
                SELECT sum(events)::bigint AS events, sum(both_flagged)::bigint AS both,
                    sum(only_shadow)::bigint AS shadow, sum(only_active)::bigint AS active,
                    sum(not_stored)::bigint AS lacking, (SELECT count(*) FROM vigil.shadow_scores) AS rows
                FROM vigil.shadow_models
                """
            ).first)
        func count(_ name: String) throws -> Int { Int(try counts.value(name) as Int64) }
        #expect(try count("events") == Self.total)
        #expect(try count("both") + count("active") == alerts.count)
        #expect(try count("rows") == count("both") + count("shadow") + count("active") - count("lacking"))
        // In use, it would have flagged these, with these scores to the bit.
        let own = try promoted.alerts()
        #expect(try count("both") + count("shadow") == own.count && own != alerts)
        #expect(try count("shadow") + count("active") > 0)
        let rows = try shadowed.database.connect().execute(
            """
            SELECT topic || partition || '@' || record_offset AS source, score FROM vigil.shadow_scores
            WHERE decision <> 'allow'
            """)
        var expected: [String: Float] = [:]
        for row in try promoted.database.connect().execute(
            "SELECT topic || partition || '@' || record_offset AS source, score FROM vigil.alerts")
        {
            expected[try row.value("source")] = try row.value("score") as Float
        }
        for row in rows { #expect(try expected[row.value("source")] == row.value("score") as Float) }

        let shown = try await VigilProcess(["shadow", "show", "--json"], environment: shadowed.environment).outcome()
        #expect(shown.status == 0, "\(shown.errors)")
        let models = try #require(try shown.json()["models"] as? [[String: Any]])
        #expect(models.map { $0["model"] as? String } == ["candidate"] && models[0]["events"] as? Int == Self.total)
        #expect((try shown.json()["differences"] as? [[String: Any]])?.isEmpty == false)
    }
}
