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
