internal import Foundation
internal import Kafka
internal import Postgres
internal import Rules
internal import Transactions

/// The rows of `stream_progress`: who may decide a partition, and how far it is decided.
struct ProgressStore {
    let connection: PostgresConnection

    /// A claimed row.
    struct Claim: Sendable {
        var epoch: Int64
        var nextOffset: Int64
        var restoreOffset: Int64
        /// Users who must have a checkpoint, at the least; nil where that was never noted.
        var restoreUsers: Int64?
        var days: CircuitBreaker.Days
        /// Offsets of transactions whose scoring failed.
        var poisoned: Set<Int64> = []
        var aggregateStarts: AggregateStarts?
    }

    /// Takes partitions over: bumps their epoch, so that a former owner's commits no longer match.
    ///
    /// - Parameter starts: where each partition begins if it was never decided before.
    func claim(
        _ starts: [TopicPartition: Int64], owner: String
    ) throws(PostgresError) -> [TopicPartition: Claim] {
        let inputs = starts.keys.sorted()
        // Sorted, so that two instances that claim the same rows wait for each other instead of deadlocking.
        let rows = try connection.executePrepared(
            """
            INSERT INTO vigil.stream_progress AS progress
                (topic, partition, next_offset, restore_offset, first_offset, epoch, owner, updated_at)
            SELECT topic, partition, start, start, start, 1, $4, now()
            FROM unnest($1::text[], $2::int[], $3::bigint[]) AS claimed (topic, partition, start)
            ORDER BY topic, partition
            ON CONFLICT (topic, partition) DO UPDATE
                SET epoch = progress.epoch + 1, owner = excluded.owner, updated_at = now()
            RETURNING topic, partition, epoch, next_offset, restore_offset, breaker_day::text AS breaker_day,
                restore_users - (
                    SELECT count(*) FROM vigil.forgotten_users
                    WHERE forgotten_at > progress.restored_at - interval '1 minute') AS restore_users
            """,
            [
                .texts(inputs.map(\.topic)), .int32s(inputs.map(\.partition)), .int64s(inputs.map { starts[$0] ?? 0 }),
                .text(owner),
            ])
        var claims: [TopicPartition: Claim] = [:]
        for row in rows {
            let input = TopicPartition(topic: try row.value("topic"), partition: try row.value("partition"))
            claims[input] = Claim(
                epoch: try row.value("epoch"), nextOffset: try row.value("next_offset"),
                restoreOffset: try row.value("restore_offset"), restoreUsers: try row.value("restore_users"),
                days: Self.decoded(try row.value("breaker_day")) ?? CircuitBreaker.Days())
        }
        // Statements of their own: the claim may have waited for a former owner's commit, which its snapshot lacks.
        try readPoisoned(&claims)
        try readAggregateStarts(&claims)
        return claims
    }

    private func readPoisoned(_ claims: inout [TopicPartition: Claim]) throws(PostgresError) {
        let inputs = claims.keys.sorted()
        let rows = try connection.executePrepared(
            """
            SELECT topic, partition, record_offset
            FROM vigil.poisoned
            JOIN unnest($1::text[], $2::int[]) AS claimed (topic, partition) USING (topic, partition)
            """,
            [.texts(inputs.map(\.topic)), .int32s(inputs.map(\.partition))])
        for row in rows {
            let input = TopicPartition(topic: try row.value("topic"), partition: try row.value("partition"))
            claims[input]?.poisoned.insert(try row.value("record_offset"))
        }
    }

    private func readAggregateStarts(_ claims: inout [TopicPartition: Claim]) throws(PostgresError) {
        let inputs = claims.keys.sorted()
        let rows = try connection.executePrepared(
            """
            SELECT topic, partition, starts::text AS starts
            FROM vigil.aggregate_starts
            JOIN unnest($1::text[], $2::int[]) AS claimed (topic, partition) USING (topic, partition)
            """,
            [.texts(inputs.map(\.topic)), .int32s(inputs.map(\.partition))])
        for row in rows {
            let input = TopicPartition(topic: try row.value("topic"), partition: try row.value("partition"))
            claims[input]?.aggregateStarts = Self.decoded(try row.value("starts"))
        }
    }

    /// Notes since when events count in aggregates; call it inside the transaction that moves the progress.
    func record(_ starts: [TopicPartition: AggregateStarts]) throws(PostgresError) {
        guard !starts.isEmpty else { return }
        let rows = starts.sorted { $0.key < $1.key }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.aggregate_starts (topic, partition, starts)
            SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[])
            ON CONFLICT (topic, partition) DO UPDATE SET starts = excluded.starts
            """,
            [
                .texts(rows.map(\.key.topic)), .int32s(rows.map(\.key.partition)),
                .jsons(rows.map { Self.encoded($0.value) }),
            ])
    }

    /// Notes transactions that a restart must leave out of their users' histories; call it inside the transaction that
    /// moves the progress past them.
    func recordPoisoned(_ sources: [SourceCoordinates]) throws(PostgresError) {
        guard !sources.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            INSERT INTO vigil.poisoned (topic, partition, record_offset)
            SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) ON CONFLICT DO NOTHING
            """,
            [
                .texts(sources.map(\.topic)), .int32s(sources.map(\.partition)), .int64s(sources.map(\.offset)),
            ])
    }

    /// Moves progress by compare-and-set on epoch and offset; call it inside the transaction that inserts the alerts.
    ///
    /// - Returns: the inputs that did not match, for whatever reason.
    func move(_ steps: [CommitUnit.Step]) throws(PostgresError) -> Set<TopicPartition> {
        guard !steps.isEmpty else { return [] }
        let rows = try connection.executePrepared(
            """
            UPDATE vigil.stream_progress AS progress
            SET next_offset = step.next, scored = progress.scored + step.scored,
                duplicates = progress.duplicates + step.duplicates,
                dead_lettered = progress.dead_lettered + step.dead_lettered, gaps = progress.gaps + step.gaps,
                late = progress.late + step.late, breaker_day = step.breaker_day, updated_at = now()
            FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::bigint[], $9::bigint[], $10::bigint[], $11::jsonb[])
                AS step (topic, partition, epoch, old, next, scored, duplicates, dead_lettered, gaps, late,
                    breaker_day)
            WHERE progress.topic = step.topic AND progress.partition = step.partition
                AND progress.epoch = step.epoch AND progress.next_offset = step.old
            RETURNING progress.topic, progress.partition
            """,
            [
                .texts(steps.map(\.input.topic)), .int32s(steps.map(\.input.partition)), .int64s(steps.map(\.epoch)),
                .int64s(steps.map(\.from)), .int64s(steps.map(\.to)), .int64s(steps.map(\.counts.scored)),
                .int64s(steps.map(\.counts.duplicates)), .int64s(steps.map(\.counts.deadLettered)),
                .int64s(steps.map(\.counts.gaps)), .int64s(steps.map(\.counts.late)),
                .jsons(steps.map { Self.text($0.days) }),
            ])
        var unmatched = Set(steps.map(\.input))
        for row in rows {
            unmatched.remove(TopicPartition(topic: try row.value("topic"), partition: try row.value("partition")))
        }
        return unmatched
    }

    /// Without breakers there is only one, at every commit.
    private static let noDays = encoded(CircuitBreaker.Days())

    private static func text(_ days: CircuitBreaker.Days) -> String {
        days == CircuitBreaker.Days() ? noDays : encoded(days)
    }

    private static func encoded(_ value: some Encodable) -> String {
        (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Nil for what another version wrote.
    private static func decoded<Value: Decodable>(_ text: String?) -> Value? {
        text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }

    /// The inputs whose row stands exactly where the steps lead, under the same epoch: an earlier attempt went through.
    func alreadyMoved(_ steps: [CommitUnit.Step]) throws(PostgresError) -> Set<TopicPartition> {
        let rows = try connection.executePrepared(
            """
            SELECT progress.topic, progress.partition
            FROM vigil.stream_progress AS progress
            JOIN unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) AS step (topic, partition, epoch, next)
                ON progress.topic = step.topic AND progress.partition = step.partition
                    AND progress.epoch = step.epoch AND progress.next_offset = step.next
            """,
            [
                .texts(steps.map(\.input.topic)), .int32s(steps.map(\.input.partition)), .int64s(steps.map(\.epoch)),
                .int64s(steps.map(\.to)),
            ])
        var moved: Set<TopicPartition> = []
        for row in rows {
            moved.insert(TopicPartition(topic: try row.value("topic"), partition: try row.value("partition")))
        }
        return moved
    }

    /// Sets from where a restart re-reads, once a checkpoint's records are acknowledged.
    ///
    /// - Parameter points: `users` have a checkpoint up to there.
    func setRestorePoints(
        _ points: [(input: TopicPartition, epoch: Int64, offset: Int64, users: Int)]
    ) throws(PostgresError) {
        guard !points.isEmpty else { return }
        _ = try connection.executePrepared(
            """
            UPDATE vigil.stream_progress AS progress
            SET restore_offset = point.restore, restore_users = point.users, restored_at = now(), updated_at = now()
            FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
                AS point (topic, partition, epoch, restore, users)
            WHERE progress.topic = point.topic AND progress.partition = point.partition
                AND progress.epoch = point.epoch AND progress.restore_offset < point.restore
                AND progress.next_offset >= point.restore
            """,
            [
                .texts(points.map(\.input.topic)), .int32s(points.map(\.input.partition)),
                .int64s(points.map(\.epoch)), .int64s(points.map(\.offset)),
                .int64s(points.map { Int64($0.users) }),
            ])
    }
}
