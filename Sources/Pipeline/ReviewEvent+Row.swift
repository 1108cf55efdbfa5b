internal import Foundation
internal import Postgres
internal import Transactions

extension ReviewEvent {
    /// The event that an alert row stands for, as it would have been published after its commit.
    init(row: PostgresRow) throws(PostgresError) {
        let decision: String = try row.value("decision")
        self.init(
            alertID: try row.value("alert_id"), transactionID: try row.value("transaction_id"),
            user: try row.value("user_pseudonym"), amount: try row.value("amount"),
            eventTime: EventTime(milliseconds: try row.value("event_ms")),
            scoredAt: EventTime(milliseconds: try row.value("scored_ms")), modelScore: try row.value("model_score"),
            score: try row.value("score"), decision: Disposition(rawValue: decision) ?? .review,
            decidedBy: try row.value("decided_by"), ruleHits: try Self.decode([RuleHit].self, row, "rule_hits"),
            reasons: try Self.decode([Reason].self, row, "reasons"),
            entities: try Self.decode([String: String].self, row, "entities")
                .map { EntityKey(name: $0.key, key: $0.value) }.sorted { $0.name < $1.name },
            modelHash: try row.value("model_hash"), rulesHash: try row.value("rules_hash"),
            source: SourceCoordinates(
                topic: try row.value("topic"), partition: try row.value("partition"),
                offset: try row.value("record_offset")))
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ row: PostgresRow, _ column: String
    ) throws(PostgresError) -> Value {
        let text: String = try row.value(column)
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw PostgresError(
                message: "column '\(column)' of vigil.alerts is not as expected", operation: "read alert")
        }
    }
}
