import Sequences
import Testing
import Transactions
import Transformer

@testable import Scoring

@Suite struct ScorerCacheTests {
    private func event(_ user: Int, _ number: Int) -> Transaction {
        var event = ScorerFixture.transaction("\(user)-\(number)", at: Int64(number) * 60_000)
        event.user = "n\(user)"
        return event
    }

    /// Windows count towards what hot users may take, are packed with users who grow cold, and go on as they were.
    @Test func aggregatesOfColdUsersArePacked() throws {
        let rules = """
            velocity:
              n: {function: count, window: 30d, bucket: 1h}
              s: {function: stddev, of: tx.amount, window: 30d, bucket: 1h}
              d: {function: distinct, of: tx.id, window: 30d, bucket: 1h}
            rules:
              - {id: all, when: "true", action: review, reason: "{velocity.n} {velocity.s} {velocity.d}"}
            """
        let events = (0..<40).flatMap { number in (0..<50).map { event($0, number) } }
        let ledger = EntityLedger(schema: ScorerFixture.schema)
        var roomy = ScorerRun(try ScorerFixture.scorer(rules), ledger)
        var tight = ScorerRun(try ScorerFixture.scorer(rules, cache: 150_000), ledger)
        let outcomes = (try roomy.score(events, by: 9), try tight.score(events, by: 9))
        #expect(outcomes.0.map { $0.decision?.hits } == outcomes.1.map { $0.decision?.hits })
        #expect(outcomes.0.map { $0.decision?.score } == outcomes.1.map { $0.decision?.score })
        #expect(roomy.scorer.hotCount == 50 && tight.scorer.hotCount < 40 && tight.scorer.hotBytes <= 150_000)
        func aggregates(_ run: ScorerRun) -> Int { run.users.values.reduce(0) { $0 + $1.profile.aggregateBytes } }
        let bytes = (roomy: aggregates(roomy), tight: aggregates(tight))
        #expect(bytes.tight < bytes.roomy / 10 * 9)
        // Without anybody hot nothing is counted.
        let (bare, users) = (tight.scorer, tight.users.values)
        bare.release(users)
        #expect(bare.hotBytes == 0 && bare.hotCount == 0)
    }

    @Test func keysAndValuesAreKeptFromTheSecondEventOn() throws {
        var run = ScorerRun(try ScorerFixture.scorer(), EntityLedger(schema: ScorerFixture.schema))
        _ = try run.score((0..<40).map { event($0, 1) }, by: 7)
        #expect(run.scorer.caches.count == 0 && run.scorer.hotCount == 40)
        _ = try run.score((0..<40).map { event($0, 2) }, by: 7)
        #expect(run.scorer.caches.count == 40)
        _ = try run.score([event(99, 1), event(99, 2)])
        #expect(run.scorer.caches.count == 41)
    }
}
