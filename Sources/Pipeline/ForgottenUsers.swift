internal import Foundation
internal import Postgres
internal import Transactions

/// Hears of users who were forgotten (`vigil forget`) while the service runs.
struct ForgottenUsers {
    /// Seconds between two looks.
    static let interval = 2.0

    private var next = Date.distantPast
    /// When the newest row seen was written, in microseconds; nil before the first look.
    private var seen: Int64?

    func isDue(at now: Date) -> Bool { now >= next }

    /// `new`, its error as a value.
    mutating func look(_ connection: PostgresConnection) -> Result<Set<Text>, PostgresError> {
        do throws(PostgresError) {
            return .success(try new(connection))
        } catch {
            return .failure(error)
        }
    }

    /// Pseudonyms forgotten since the last look; the first look only finds where to begin, because what was forgotten
    /// before has no checkpoint to come back from.
    private mutating func new(_ connection: PostgresConnection) throws(PostgresError) -> Set<Text> {
        next = Date(timeIntervalSinceNow: Self.interval)
        let rows = try connection.executePrepared(
            """
            SELECT user_pseudonym, (extract(epoch FROM forgotten_at) * 1000000)::bigint AS at
            FROM vigil.forgotten_users WHERE forgotten_at > to_timestamp($1::double precision / 1000000)
            """, [.double(Double(seen ?? 0))])
        let isFirst = seen == nil
        var pseudonyms: Set<Text> = []
        var newest = seen ?? 0
        for row in rows {
            let at: Int64 = try row.value("at")
            guard at > seen ?? .min else { continue }
            newest = max(newest, at)
            pseudonyms.insert(Text(try row.value("user_pseudonym")))
        }
        seen = newest
        return isFirst ? [] : pseudonyms
    }
}
