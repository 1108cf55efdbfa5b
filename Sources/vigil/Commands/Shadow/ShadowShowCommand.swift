import ArgumentParser
import Foundation
import Postgres
import Transactions

/// `vigil shadow show`.
struct ShadowShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "How models in shadow agree with what was decided.",
        discussion: """
            Counts every event that a shadow has scored; below them the newest events that it would have decided otherwise. \
            Models are put in shadow by model.shadow in the configuration.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("Only the model whose hash begins so.", valueName: "hash"))
    var model: String?

    @Option(help: "How many events decided otherwise are shown.")
    var limit = 10

    @OptionGroup var output: JSONOption

    private struct Model: Encodable {
        var model: String
        var modelHash: String
        var since: String
        var events: Int64
        var bothFlagged: Int64
        var onlyShadow: Int64
        var onlyActive: Int64
        var notStored: Int64
    }

    private struct Difference: Encodable {
        var model: String
        var modelHash: String
        var source: String
        var eventTime: String
        var user: String
        var transactionID: String
        /// The models' own scores.
        var shadowScore: Float
        var activeScore: Float
        /// The shadow's after the rules that move it.
        var shadowMovedScore: Float
        /// The rule by which the shadow would have decided.
        var shadowDecidedBy: String?
        var shadowDecision: String
        var activeDecision: String
    }

    private struct Report: Encodable {
        var models: [Model]
        var differences: [Difference]
    }

    func validate() throws {
        guard (0...1_000_000).contains(limit) else { throw ValidationError("--limit must be 0 to 1000000") }
    }

    func run() async throws {
        let reader = try await options.reader()
        let connection = try PostgresConnection(try reader.postgres())
        defer { connection.close() }
        let report = Report(models: try models(connection), differences: try differences(connection))
        guard !output.json else { return try Terminal.json(report) }
        guard !report.models.isEmpty else { return Terminal.say("No model in shadow has scored anything.") }
        for line in Self.table(report.models).lines() { Terminal.data(line) }
        guard !report.differences.isEmpty else { return }
        Terminal.data("")
        for line in Self.table(report.differences).lines() { Terminal.data(line) }
    }

    private func models(_ connection: PostgresConnection) throws -> [Model] {
        let rows = try connection.execute(
            """
            SELECT max(model) AS model, model_hash, (extract(epoch FROM min(since)) * 1000)::bigint AS since,
                sum(events)::bigint AS events, sum(both_flagged)::bigint AS both_flagged,
                sum(only_shadow)::bigint AS only_shadow, sum(only_active)::bigint AS only_active,
                sum(not_stored)::bigint AS not_stored
            FROM vigil.shadow_models
            WHERE $1 IS NULL OR starts_with(model_hash, $1)
            GROUP BY model_hash
            ORDER BY max(updated_at) DESC, model_hash
            """, [.text(model)])
        var models: [Model] = []
        for row in rows {
            models.append(
                Model(
                    model: try row.value("model"), modelHash: try row.value("model_hash"),
                    since: EventTime(milliseconds: try row.value("since")).iso8601, events: try row.value("events"),
                    bothFlagged: try row.value("both_flagged"), onlyShadow: try row.value("only_shadow"),
                    onlyActive: try row.value("only_active"), notStored: try row.value("not_stored")))
        }
        return models
    }

    private func differences(_ connection: PostgresConnection) throws -> [Difference] {
        let rows = try connection.execute(
            """
            SELECT model, model_hash, topic || '[' || partition || ']@' || record_offset AS source,
                (extract(epoch FROM event_time) * 1000)::bigint AS time, user_pseudonym, transaction_id, model_score,
                score, active_model_score, decision, decided_by, active_decision
            FROM vigil.shadow_scores
            WHERE decision <> active_decision AND ($1 IS NULL OR starts_with(model_hash, $1))
            ORDER BY event_time DESC, topic, partition, record_offset DESC, model_hash
            LIMIT $2
            """, [.text(model), .int64(Int64(limit))])
        var differences: [Difference] = []
        for row in rows {
            differences.append(
                Difference(
                    model: try row.value("model"), modelHash: try row.value("model_hash"),
                    source: try row.value("source"),
                    eventTime: EventTime(milliseconds: try row.value("time")).iso8601,
                    user: try row.value("user_pseudonym"), transactionID: try row.value("transaction_id"),
                    shadowScore: try row.value("model_score"), activeScore: try row.value("active_model_score"),
                    shadowMovedScore: try row.value("score"), shadowDecidedBy: try row.value("decided_by"),
                    shadowDecision: try row.value("decision"), activeDecision: try row.value("active_decision")))
        }
        return differences
    }

    private static func table(_ models: [Model]) -> TextTable {
        var table = TextTable(header: [
            "shadow", "hash", "since", "events", "both flag", "only it flags", "only the active flags",
        ])
        table.rows = models.map { model in
            [
                model.model, String(model.modelHash.prefix(12)), model.since, "\(model.events)",
                "\(model.bothFlagged)", "\(model.onlyShadow)", "\(model.onlyActive)",
            ].map(Terminal.printable)
        }
        return table
    }

    private static func table(_ differences: [Difference]) -> TextTable {
        var table = TextTable(header: ["shadow", "event time", "user", "its score", "active", "decided", "it would"])
        table.rows = differences.map { difference in
            [
                difference.model, difference.eventTime, String(difference.user.prefix(12)),
                String(format: "%.4f", difference.shadowScore), String(format: "%.4f", difference.activeScore),
                difference.activeDecision,
                difference.shadowDecision + (difference.shadowDecidedBy.map { " by rule \($0)" } ?? ""),
            ].map(Terminal.printable)
        }
        return table
    }
}
