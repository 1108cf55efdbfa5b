internal import Kafka
internal import Postgres
internal import Transactions

/// The rows of `alerts`, which are also the outbox of the review topic.
struct AlertStore {
    let connection: PostgresConnection
    let schema: TransactionSchema
    private let encoder = ReviewEventEncoder()

    init(connection: PostgresConnection, schema: TransactionSchema) {
        self.connection = connection
        self.schema = schema
    }

    /// Makes the partition of the month that `time` lies in; outside the transaction that inserts its alerts.
    func ensureMonth(of time: EventTime) throws(PostgresError) {
        _ = try connection.executePrepared(
            "SELECT vigil.ensure_alert_partition(($1::timestamptz AT TIME ZONE 'UTC')::date)",
            [.timestamp(milliseconds: time.milliseconds)])
    }

    /// Inserts alerts; call it inside the transaction that moves the progress.
    func insert(_ alerts: [Alert]) throws(PostgresError) {
        guard !alerts.isEmpty else { return }
        let events = alerts.map { $0.reviewEvent(schema: schema) }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.alerts
                (alert_id, topic, partition, record_offset, transaction_id, user_pseudonym, amount, event_time,
                 scored_at, model_score, score, decision, decided_by, rule_hits, reasons, entities, model_hash,
                 rules_hash)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[],
                $7::double precision[], $8::timestamptz[], $9::timestamptz[], $10::real[], $11::real[], $12::text[],
                $13::text[], $14::jsonb[], $15::jsonb[], $16::jsonb[], $17::text[], $18::text[])
            """,
            [
                .uuids(events.map(\.alertID)), .texts(events.map(\.source.topic)),
                .int32s(events.map(\.source.partition)), .int64s(events.map(\.source.offset)),
                .texts(events.map { PostgresValue.storable($0.transactionID) }),
                .texts(events.map { PostgresValue.storable($0.user) }), .doubles(events.map(\.amount)),
                .timestamps(milliseconds: events.map(\.eventTime.milliseconds)),
                .timestamps(milliseconds: events.map(\.scoredAt.milliseconds)), .floats(events.map(\.modelScore)),
                .floats(events.map(\.score)), .texts(events.map(\.decision.rawValue)),
                .texts(events.map { $0.decidedBy.map(PostgresValue.storable) }),
                .jsons(events.map { event in json { encoder.append(event.ruleHits, to: &$0) } }),
                .jsons(events.map { event in json { encoder.append(event.reasons, to: &$0) } }),
                .jsons(events.map { event in json { encoder.append(entities: event.entities, to: &$0) } }),
                .texts(events.map(\.modelHash)), .texts(events.map(\.rulesHash)),
            ])
    }

    /// Alerts of one input that the review topic has not acknowledged, oldest first.
    func unpublished(topic: String, partition: Int32, limit: Int) throws(PostgresError) -> [ReviewEvent] {
        let rows = try connection.executePrepared(
            """
            SELECT alert_id::text AS alert_id, topic, partition, record_offset, transaction_id, user_pseudonym, amount,
                (extract(epoch FROM event_time) * 1000)::bigint AS event_ms,
                (extract(epoch FROM scored_at) * 1000)::bigint AS scored_ms, model_score, score, decision, decided_by,
                rule_hits::text AS rule_hits, reasons::text AS reasons, entities::text AS entities, model_hash,
                rules_hash
            FROM vigil.alerts
            WHERE topic = $1 AND partition = $2 AND published_at IS NULL
            ORDER BY record_offset
            LIMIT $3
            """, [.text(topic), .int32(partition), .int64(Int64(limit))])
        var events: [ReviewEvent] = []
        for row in rows { events.append(try ReviewEvent(row: row)) }
        return events
    }

    /// What was decided on events of an input that were not let through, before a circuit breaker held it.
    static func decisions(
        on input: TopicPartition, from: Int64, to: Int64, connection: PostgresConnection
    ) throws(PostgresError) -> [Int64: Disposition] {
        let rows = try connection.executePrepared(
            """
            SELECT record_offset, COALESCE(
                jsonb_path_query_first(rule_hits, '$[*].held') #>> '{}',
                jsonb_path_query_first(rule_hits, '$[*] ? (@.state == "held").action') #>> '{}', decision) AS decided
            FROM vigil.alerts
            WHERE topic = $1 AND partition = $2 AND record_offset >= $3 AND record_offset < $4
            """, [.text(input.topic), .int32(input.partition), .int64(from), .int64(to)])
        var decisions: [Int64: Disposition] = [:]
        for row in rows {
            let decided: String = try row.value("decided")
            decisions[try row.value("record_offset")] = Disposition(rawValue: decided)
        }
        return decisions
    }

    /// Inserts what was let through though rules matched; call it inside the transaction that moves the progress.
    func insert(allowed: [Alert]) throws(PostgresError) {
        guard !allowed.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.allowed_events
                (topic, partition, record_offset, transaction_id, user_pseudonym, amount, event_time, scored_at,
                 model_score, score, decided_by, rule_hits, model_hash, rules_hash)
            SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::double precision[],
                $7::timestamptz[], $8::timestamptz[], $9::real[], $10::real[], $11::text[], $12::jsonb[], $13::text[],
                $14::text[])
            """,
            [
                .texts(allowed.map(\.source.topic)), .int32s(allowed.map(\.source.partition)),
                .int64s(allowed.map(\.source.offset)),
                .texts(allowed.map { PostgresValue.storable($0.transaction.id) }),
                .texts(allowed.map { PostgresValue.storable($0.pseudonym) }),
                .doubles(allowed.map(\.transaction.amount)),
                .timestamps(milliseconds: allowed.map(\.transaction.time.milliseconds)),
                .timestamps(milliseconds: allowed.map(\.scoredAt.milliseconds)),
                .floats(allowed.map(\.decision.modelScore)), .floats(allowed.map(\.decision.score)),
                .texts(allowed.map { $0.decision.decidedBy.map(PostgresValue.storable) }),
                .jsons(allowed.map { event in json { encoder.append(event.decision.hits, to: &$0) } }),
                .texts(allowed.map(\.modelHash)), .texts(allowed.map(\.rulesHash)),
            ])
    }

    /// Inserts matches of rules in shadow; call it inside the transaction that moves the progress.
    func insert(_ hits: [CommitUnit.ShadowHit]) throws(PostgresError) {
        guard !hits.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.shadow_hits
                (topic, partition, record_offset, transaction_id, user_pseudonym, event_time, rule, action, reason,
                 decision, rules_hash)
            SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
            """,
            [
                .texts(hits.map(\.source.topic)), .int32s(hits.map(\.source.partition)),
                .int64s(hits.map(\.source.offset)), .texts(hits.map { PostgresValue.storable($0.transactionID) }),
                .texts(hits.map { PostgresValue.storable($0.pseudonym) }),
                .timestamps(milliseconds: hits.map(\.eventTime.milliseconds)),
                .texts(hits.map { PostgresValue.storable($0.hit.rule) }), .texts(hits.map(\.hit.action)),
                .texts(hits.map { PostgresValue.storable($0.hit.reason) }), .texts(hits.map(\.decision.rawValue)),
                .texts(hits.map(\.rulesHash)),
            ])
    }

    /// Marks alerts as acknowledged by the review topic.
    func markPublished(_ ids: [String], times: [Int64]) throws(PostgresError) {
        guard !ids.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            UPDATE vigil.alerts AS alert SET published_at = now()
            FROM unnest($1::uuid[], $2::timestamptz[]) AS acknowledged (id, event_time)
            WHERE alert.event_time = acknowledged.event_time AND alert.alert_id = acknowledged.id
                AND alert.published_at IS NULL
            """, [.uuids(ids), .timestamps(milliseconds: times)])
    }

    private func json(_ append: (inout [UInt8]) -> Void) -> String {
        var buffer: [UInt8] = []
        append(&buffer)
        let text = PostgresValue.storable(String(decoding: buffer, as: UTF8.self))
        // Few have an escape at all, and looking for one costs nothing beside looking for this one.
        guard buffer.contains(UInt8(ascii: "\\")) else { return text }
        return text.replacing("\\u0000", with: "\\ufffd")
    }
}
