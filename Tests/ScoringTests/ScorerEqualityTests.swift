import Foundation
import Rules
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

/// The same events in the same per-user order give the same decisions, bit for bit.
@Suite struct ScorerEqualityTests {
    private let events = ScorerFixture.events(700)
    private var transactions: [Transaction] { events.map(\.transaction) }

    /// Everything at once, with the caches never dropped; about half is flagged, so reasons are compared as well.
    private func expected() throws -> [Scorer.Outcome] {
        var run = ScorerRun(try ScorerFixture.scorer(), ScorerFixture.ledger(events))
        let outcomes = try run.score(transactions)
        let flagged = outcomes.count { $0.decision?.disposition == .review }
        #expect(flagged > 50 && flagged < 650)
        #expect(Set(outcomes.compactMap { $0.decision?.modelScore }).count > 600)
        return outcomes
    }

    @Test(arguments: [1, 2, 7, 64])
    func decisionsDoNotDependOnBatches(size: Int) throws {
        var run = ScorerRun(try ScorerFixture.scorer(), ScorerFixture.ledger(events))
        #expect(try run.score(transactions, by: size) == expected())
    }

    @Test func decisionsDoNotDependOnOtherUsers() throws {
        let whole = try expected()
        for user in ["u0", "u3"] {
            let own = transactions.indices.filter { transactions[$0].user == user }
            var run = ScorerRun(try ScorerFixture.scorer(), ScorerFixture.ledger(events))
            #expect(try run.score(own.map { transactions[$0] }, by: 5) == own.map { whole[$0] })
        }
    }

    @Test(arguments: [0, 4000])
    func decisionsDoNotDependOnEviction(bytes: Int) throws {
        var run = ScorerRun(try ScorerFixture.scorer(cache: bytes), ScorerFixture.ledger(events))
        #expect(try run.score(transactions, by: 3) == expected())
    }

    @Test func aRestartFromSavedHistoriesChangesNothing() throws {
        let whole = try expected()
        let ledger = ScorerFixture.ledger(events)
        var before = ScorerRun(try ScorerFixture.scorer(), ledger)
        #expect(try before.score(transactions[..<401]) == Array(whole[..<401]))
        let layout = before.scorer.model.encoder.extractor.layout
        var after = ScorerRun(try ScorerFixture.scorer(), ledger)
        for (name, state) in before.users {
            let bytes = state.history.encoded(layout: layout)
            let history = try UserHistory(
                decoding: bytes, layout: layout, rawCount: state.history.rawCount, capacity: state.history.capacity)
            after.users[name] = UserState(history: history)
        }
        #expect(try after.score(Array(transactions[401...]), by: 50) == Array(whole[401...]))
    }

    @Test func absorbingComesToTheSameAsScoring() throws {
        let whole = try expected()
        var run = ScorerRun(try ScorerFixture.scorer(), ScorerFixture.ledger(events))
        for transaction in transactions[..<250] { run.scorer.absorb(run.request(transaction), ledger: run.ledger) }
        #expect(try run.score(transactions[250..<400]) == Array(whole[250..<400]))
        // A hot user is absorbed as well, and twice absorbed is once.
        for transaction in transactions[390..<500] { run.scorer.absorb(run.request(transaction), ledger: run.ledger) }
        #expect(try run.score(transactions[500...]) == Array(whole[500...]))
    }

    @Test func releasedUsersComeBackAsTheyWere() throws {
        let whole = try expected()
        var run = ScorerRun(try ScorerFixture.scorer(), ScorerFixture.ledger(events))
        #expect(try run.score(transactions[..<300]) == Array(whole[..<300]))
        run.scorer.release(run.users.values)
        #expect(try run.score(transactions[300...]) == Array(whole[300...]))
    }

    @Test func scoresAreThoseOfTheTrainingPath() throws {
        let dataset = ScorerFixture.dataset(events)
        let model = try ScorerFixture.model()
        let logits = try ModelBatchScorer(model, threads: 2).logits(EncodedSequences(dataset, encoder: model.encoder))
        for (logit, outcome) in zip(logits, try expected()) {
            let decision = try #require(outcome.decision)
            #expect(abs(decision.modelScore - model.calibration.probability(logit: logit)) < 1e-5)
        }
    }

    @Test func tenThousandEventsOfOneUserInABatch() throws {
        let many = (0..<10_000).map { index in
            ScorerFixture.transaction(
                "x\(index)", at: Int64(index) * 60_000, amount: Double((index * 7919) % 1000))
        }
        let ledger = EntityLedger(schema: ScorerFixture.schema)
        var whole = ScorerRun(try ScorerFixture.scorer(thresholds: Thresholds(review: 2)), ledger)
        var cut = ScorerRun(try ScorerFixture.scorer(thresholds: Thresholds(review: 2)), ledger)
        let outcomes = try whole.score(many)
        #expect(outcomes == (try cut.score(many, by: 512)))
        #expect(outcomes.allSatisfy { $0.decision?.modelScore.isFinite == true })
        #expect(whole.users["u"]?.history.eventsSeen == 10_000)
    }
}
