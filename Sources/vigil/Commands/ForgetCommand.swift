import ArgumentParser
import Foundation
import Pipeline
import Postgres
import Transactions

/// `vigil forget`: erases a user.
struct ForgetCommand: AsyncParsableCommand {
    /// What becomes of the user's alerts.
    enum Alerts: String, ExpressibleByArgument, CaseIterable {
        case delete
        case pseudonymise
    }

    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Erases a user: history, checkpoints, alerts.",
        discussion: """
            Deletes the user's alerts and labels, or cuts the alerts off from the user; deletes the user's rows of all other \
            tables; writes tombstones over the checkpoints; running processors drop the user's history within seconds. What \
            the user does afterwards starts a new history. The input, review and dead-letter topics are not touched: their \
            retention is what ends them, and a processor that has to read the input topic again reads the user's records \
            there again. Needs a login that owns the schema 'vigil'.
            """)

    @Option(help: "The user's id, as the transactions have it.")
    var user: String

    @Option(help: "What becomes of the user's alerts.")
    var alerts = Alerts.delete

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user must not be empty") }
    }

    func run() async throws {
        let reader = try await options.reader()
        let (kafka, pseudonymizer) = (try reader.kafka(), try reader.pseudonymizer())
        let pseudonym = PostgresValue.storable(pseudonymizer.pseudonym(of: user))
        let connection = try PostgresConnection(try reader.postgres())
        defer { connection.close() }
        // First the row that running processors look for: from then on nothing new of the user is written.
        let rows = try connection.transaction { connection in
            _ = try connection.execute(
                """
                INSERT INTO vigil.forgotten_users (user_pseudonym) VALUES ($1)
                ON CONFLICT (user_pseudonym) DO UPDATE SET forgotten_at = clock_timestamp()
                """, [.text(pseudonym)])
            // What was let through, what shadows said and what replays found of the user serve nobody without the user.
            for table in ["allowed_events", "shadow_hits", "shadow_scores", "replay_decisions"] {
                _ = try connection.execute(
                    "DELETE FROM vigil.\(table) WHERE user_pseudonym = $1", [.text(pseudonym)])
            }
            return try removeAlerts(of: pseudonym, connection)
        }
        let checkpoints = try UserEraser(
            settings: kafka, topic: reader.topics().sequences, logger: Terminal.quietLogger
        ).erase(pseudonym: pseudonymizer.pseudonym(of: user))
        let word = alerts == .delete ? "deleted" : "cut off from the user"
        Terminal.say("\(rows) alerts \(word), \(checkpoints) checkpoints erased")
        if output.json { try Terminal.json(Report(alerts: rows, checkpoints: checkpoints)) }
    }

    private func removeAlerts(of pseudonym: String, _ connection: PostgresConnection) throws(PostgresError) -> Int64 {
        switch alerts {
        case .delete:
            _ = try connection.execute(
                """
                DELETE FROM vigil.alert_labels
                WHERE alert_id IN (SELECT alert_id FROM vigil.alerts WHERE user_pseudonym = $1)
                """, [.text(pseudonym)])
            return try connection.execute(
                """
                WITH gone AS (DELETE FROM vigil.alerts WHERE user_pseudonym = $1 RETURNING 1)
                SELECT count(*) FROM gone
                """, [.text(pseudonym)]
            ).single()
        case .pseudonymise:
            return try connection.execute(
                """
                WITH changed AS (
                    UPDATE vigil.alerts
                    SET user_pseudonym = 'forgotten', transaction_id = 'forgotten', entities = '{}', reasons = '[]',
                        rule_hits = '[]', published_at = coalesce(published_at, now())
                    WHERE user_pseudonym = $1 RETURNING 1)
                SELECT count(*) FROM changed
                """, [.text(pseudonym)]
            ).single()
        }
    }

    private struct Report: Encodable {
        var alerts: Int64
        var checkpoints: Int
    }
}
