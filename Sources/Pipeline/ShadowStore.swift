internal import Kafka
internal import Postgres
internal import Transactions

/// The rows of `shadow_scores` and `shadow_models`; written inside the transaction that moves the progress.
struct ShadowStore {
    let connection: PostgresConnection

    func insert(_ scores: [CommitUnit.ShadowScore]) throws(PostgresError) {
        guard !scores.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.shadow_scores
                (topic, partition, record_offset, model_hash, model, transaction_id, user_pseudonym, event_time,
                 model_score, score, decision, decided_by, active_model_hash, active_model_score, active_decision,
                 rules_hash)
            SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::timestamptz[], $9::real[], $10::real[], $11::text[], $12::text[], $13::text[], $14::real[],
                $15::text[], $16::text[])
            """,
            [
                .texts(scores.map(\.source.topic)), .int32s(scores.map(\.source.partition)),
                .int64s(scores.map(\.source.offset)), .texts(scores.map(\.model.hash)),
                .texts(scores.map { PostgresValue.storable($0.model.directory) }),
                .texts(scores.map { PostgresValue.storable($0.transactionID) }),
                .texts(scores.map { PostgresValue.storable($0.pseudonym) }),
                .timestamps(milliseconds: scores.map(\.eventTime.milliseconds)),
                .floats(scores.map(\.decision.modelScore)), .floats(scores.map(\.decision.score)),
                .texts(scores.map(\.decision.disposition.rawValue)),
                .texts(scores.map { $0.decision.decidedBy.map(PostgresValue.storable) }),
                .texts(scores.map(\.activeModelHash)), .floats(scores.map(\.active.modelScore)),
                .texts(scores.map(\.active.disposition.rawValue)), .texts(scores.map(\.rulesHash)),
            ])
    }

    func add(_ counts: [CommitUnit.ShadowKey: ShadowModel.Counts]) throws(PostgresError) {
        guard !counts.isEmpty else { return }
        // In one order everywhere, so that two instances never wait for each other.
        let rows = counts.sorted { ($0.key.input, $0.key.model.hash) < ($1.key.input, $1.key.model.hash) }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.shadow_models AS known
                (topic, partition, model_hash, model, events, both_flagged, only_shadow, only_active, not_stored)
            SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                $7::bigint[], $8::bigint[], $9::bigint[])
            ON CONFLICT (topic, partition, model_hash) DO UPDATE SET
                model = excluded.model, events = known.events + excluded.events,
                both_flagged = known.both_flagged + excluded.both_flagged,
                only_shadow = known.only_shadow + excluded.only_shadow,
                only_active = known.only_active + excluded.only_active,
                not_stored = known.not_stored + excluded.not_stored, updated_at = now()
            """,
            [
                .texts(rows.map(\.key.input.topic)), .int32s(rows.map(\.key.input.partition)),
                .texts(rows.map(\.key.model.hash)), .texts(rows.map { PostgresValue.storable($0.key.model.directory) }),
                .int64s(rows.map(\.value.events)), .int64s(rows.map(\.value.bothFlagged)),
                .int64s(rows.map(\.value.onlyShadow)), .int64s(rows.map(\.value.onlyActive)),
                .int64s(rows.map(\.value.notStored)),
            ])
    }
}
