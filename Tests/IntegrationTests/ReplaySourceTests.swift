import Foundation
import Postgres
import Testing
import Transactions

/// `vigil replay` on files, a query and parts of topics, and what it leaves behind.
@Suite struct ReplaySourceTests {
    private let directory: TemporaryDirectory
    private let database: CommandDatabase

    init() throws {
        directory = try TemporaryDirectory()
        database = try CommandDatabase(migrated: true)
        try ProcessorModel.save(to: directory("model"))
        _ = try directory.write(Self.schema, to: "schema.yaml")
    }

    private static let schema = """
        name: test
        fields: {id: id, user: user, time: time, amount: amount}
        entities:
          - {name: terminal, field: terminal, risk: true}
        features:
          - {name: category, kind: category, field: category}
        time_format: iso8601
        label: {field: fraud, fraud_values: ["1"]}
        label_delay: 0s
        """

    /// The file's or table's row of a number, forty seconds apart.
    private static func row(_ number: Int) -> String {
        let time = EventTime(milliseconds: 1_767_571_200_000 + Int64(number) * 40_000)
        return "x\(number),u\(number &* 7919 % 60),\(time.iso8601),\(Double(number &* 31 % 997) / 10),"
            + "t\(number &* 13 % 17),\(number % 3 == 0 ? "fuel" : "shop"),\(number % 5 == 0 ? 1 : 0)\n"
    }

    private static let header = "id,user,time,amount,terminal,category,fraud\n"

    @Test func aQueryGivesWhatAFileGives() async throws {
        let rows = (0..<3000).map(Self.row)
        let file = try directory.write(Self.header + rows.joined(), to: "data.csv")
        let connection = try database.connect()
        try connection.run(
            script: """
                CREATE TABLE past (id text, "user" text, time timestamptz, amount float8, terminal text, category text,
                    fraud int);
                """
                    + rows.map { row in
                        let fields = row.dropLast().split(separator: ",").map { "'\($0)'" }
                        return "INSERT INTO past VALUES (\(fields.joined(separator: ",")));"
                    }.joined(separator: "\n"))
        var environment = database.environment()
        environment["VIGIL_PRIVACY_USER_IDS"] = "plain"
        func replay(_ source: [String]) async throws -> (json: [String: Any], rows: [String]) {
            let outcome = try await VigilProcess(
                ["replay", "--json", "--store", "all", "--model", directory("model"), "--resamples", "20"] + source
                    + ["--schema", directory("schema.yaml"), "--from", "2026-01-05T12:00:00Z"],
                environment: environment
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let json = try outcome.json()
            let run = try #require(json["run_id"] as? String)
            let decided = try connection.execute(
                """
                SELECT concat_ws(' ', user_pseudonym, event_time, model_score, score, decision, fraud, maturity) AS row
                FROM vigil.replay_decisions WHERE run_id = $1 ORDER BY event_time
                """, [.uuid(run)])
            return (json, try decided.map { try $0.value("row") })
        }
        let fromFile = try await replay(["--data", file])
        let query = "SELECT * FROM past ORDER BY time"
        let fromQuery = try await replay(["--query", query])
        #expect(fromFile.rows.count == 1920 && fromQuery.rows == fromFile.rows)
        // Not in order: sorted by whoever asked.
        #expect(try await replay(["--query", query + " DESC;"]).rows == fromFile.rows)

        // Every number that was printed is a row of the metrics.
        let run = try #require(fromFile.json["run_id"] as? String)
        var metrics: [String: Double] = [:]
        for row in try connection.execute(
            "SELECT metric, value FROM vigil.replay_metrics WHERE run_id = $1", [.uuid(run)])
        {
            metrics[try row.value("metric")] = try row.value("value") as Double
        }
        let figures = try #require(fromFile.json["metrics"] as? [String: Any])
        #expect(metrics["events"] == 1920 && metrics.count > 20)
        var compared = 0
        for (name, value) in figures {
            guard let number = value as? Double else { continue }
            #expect(abs((metrics["metrics.\(name)"] ?? .nan) - number) <= 1e-12 * max(1, abs(number)), "\(name)")
            compared += 1
        }
        #expect(compared >= 3)

        // The query cannot write.
        let outcome = try await VigilProcess.run(
            "replay", "--model", directory("model"), "--query", "DELETE FROM past RETURNING *", environment: environment
        )
        #expect(outcome.status == 1)
        let kept: Int64 = try connection.execute("SELECT count(*) FROM past").single()
        #expect(kept == 3000)
    }

    @Test func interruptedItKeepsWhatIsDecided() async throws {
        let pipe = directory("endless.csv")
        #expect(mkfifo(pipe, 0o600) == 0)
        let process = try VigilProcess(
            [
                "replay", "--json", "--model", directory("model"), "--resamples", "0", "--data", pipe, "--schema",
                directory("schema.yaml"),
            ], environment: database.environment().merging(["VIGIL_PRIVACY_USER_IDS": "plain"]) { $1 })
        let pid = process.process.processIdentifier
        defer { kill(pid, SIGKILL) }
        signal(SIGPIPE, SIG_IGN)
        // More events come as long as anybody reads.
        let writer = Task.detached {
            let descriptor = open(pipe, O_WRONLY)
            defer { close(descriptor) }
            var text = Self.header
            for number in 0... {
                text += Self.row(number)
                guard number % 1000 == 999 else { continue }
                let isWritten = text.withUTF8 { bytes in
                    var rest = bytes[...]
                    while !rest.isEmpty {
                        let count = write(descriptor, Array(rest), rest.count)
                        guard count > 0 else { return false }
                        rest = rest.dropFirst(count)
                    }
                    return true
                }
                guard isWritten else { return }
                text = ""
            }
        }
        let connection = try database.connect()
        try await eventually("the run has begun") {
            try connection.execute("SELECT 1 FROM vigil.replay_runs WHERE status = 'running'").count == 1
        }
        kill(pid, SIGINT)
        let outcome = try await process.outcome()
        await writer.value
        #expect(outcome.status == 0, "\(outcome.errors)")
        let json = try outcome.json()
        #expect(json["partial"] as? Bool == true && (json["events"] as? Int ?? 0) > 0)
        let row = try #require(
            try connection.execute(
                """
                SELECT status, events, (SELECT count(*) FROM vigil.replay_decisions) AS decisions FROM vigil.replay_runs
                """
            ).first)
        let (status, events, decisions): (String, Int64, Int64) = (
            try row.value("status"), try row.value("events"), try row.value("decisions")
        )
        #expect(status == "partial" && Int(events) == json["events"] as? Int && decisions > 0)
    }
}
