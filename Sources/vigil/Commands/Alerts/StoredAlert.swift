import Foundation
import Postgres
import Transactions

/// A row of `vigil.alerts` with its newest label.
struct StoredAlert: Encodable {
    /// What an analyst found it to be.
    struct Verdict: Encodable {
        var label: String
        var labelledBy: String
        var labelledAt: String
        var note: String?
    }

    static let columns = """
        alerts.alert_id, alerts.topic, alerts.partition, alerts.record_offset, alerts.transaction_id,
        alerts.user_pseudonym, alerts.amount, alerts.event_time, alerts.scored_at, alerts.model_score, alerts.score,
        alerts.decision, alerts.decided_by, alerts.rule_hits, alerts.reasons, alerts.entities, alerts.model_hash,
        alerts.rules_hash, alerts.published_at, alert_labels.label, alert_labels.labelled_by,
        alert_labels.labelled_at, alert_labels.note
        """

    var alertID: String
    var transactionID: String
    var user: String
    var amount: Double
    var eventTime: String
    var scoredAt: String
    var modelScore: Float
    var score: Float
    var decision: String
    var decidedBy: String?
    var ruleHits: [RuleHit]
    var reasons: [Reason]
    var entities: [String: String]
    var verdict: Verdict?
    var publishedAt: String?
    var modelHash: String
    var rulesHash: String
    var topic: String
    var partition: Int32
    var recordOffset: Int64

    private enum CodingKeys: String, CodingKey {
        case alertID = "alert_id"
        case transactionID = "transaction_id"
        case user, amount, eventTime, scoredAt, modelScore, score, decision, decidedBy, ruleHits, reasons, entities
        case verdict, publishedAt, modelHash, rulesHash, topic, partition, recordOffset
    }

    init(_ row: PostgresRow) throws(PostgresError) {
        alertID = try row.value("alert_id")
        transactionID = try row.value("transaction_id")
        user = try row.value("user_pseudonym")
        amount = try row.value("amount")
        eventTime = try Self.time(row, "event_time") ?? ""
        scoredAt = try Self.time(row, "scored_at") ?? ""
        modelScore = try row.value("model_score")
        score = try row.value("score")
        decision = try row.value("decision")
        decidedBy = try row.value("decided_by")
        ruleHits = try Self.json(row, "rule_hits")
        reasons = try Self.json(row, "reasons")
        entities = try Self.json(row, "entities")
        publishedAt = try Self.time(row, "published_at")
        modelHash = try row.value("model_hash")
        rulesHash = try row.value("rules_hash")
        topic = try row.value("topic")
        partition = try row.value("partition")
        recordOffset = try row.value("record_offset")
        let label: String? = try row.value("label")
        verdict = try label.map { label throws(PostgresError) in
            Verdict(
                label: label, labelledBy: try row.value("labelled_by"),
                labelledAt: try Self.time(row, "labelled_at") ?? "", note: try row.value("note"))
        }
    }

    private static func time(_ row: PostgresRow, _ column: String) throws(PostgresError) -> String? {
        let time: PostgresTimestamp? = try row.value(column)
        return time.map { EventTime(milliseconds: $0.milliseconds).iso8601 }
    }

    private static func json<Value: Decodable>(_ row: PostgresRow, _ column: String) throws(PostgresError) -> Value {
        let text: String = try row.value(column)
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw PostgresError(
                message: "column '\(column)' of vigil.alerts is not as vigil writes it", operation: "read")
        }
    }
}
