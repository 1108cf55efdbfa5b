import Rules
import Scoring
import Sequences
import Testing
import Transactions

/// What becomes of single events: duplicates, late ones, rules, thresholds, odd values.
@Suite struct ScorerDecisionTests {
    private func run(_ rules: String? = nil, thresholds: Thresholds? = nil, seed: UInt64 = 5) throws -> ScorerRun {
        ScorerRun(
            try ScorerFixture.scorer(rules, thresholds: thresholds, seed: seed),
            ScorerFixture.ledger(ScorerFixture.events(700)))
    }

    /// The decision on one transaction of a new user.
    private func decision(
        _ rules: String? = nil, thresholds: Thresholds? = nil,
        on transaction: Transaction = ScorerFixture.transaction(), seed: UInt64 = 5
    ) throws -> Decision {
        var run = try run(rules, thresholds: thresholds, seed: seed)
        return try #require(try run.score([transaction]).first?.decision)
    }

    private func rule(_ id: String, _ action: String, when condition: String = "tx.amount > 0.0") -> String {
        "  - id: \(id)\n    when: \(condition)\n    action: \(action)\n"
    }

    @Test func aDuplicateIsScoredOnceWhereverItStands() throws {
        let (a, b) = (ScorerFixture.transaction("a"), ScorerFixture.transaction("b"))
        var run = try run()
        let first = try run.score([a, b, a])
        #expect(first[0].decision != nil && first[1].decision != nil && first[2] == .duplicate)
        #expect(try run.score([b, a]) == [.duplicate, .duplicate])
        #expect(run.users["u"]?.history.eventsSeen == 2)
        // What follows is as if the duplicates had never been.
        var clean = try self.run()
        _ = try clean.score([a, b])
        let next = ScorerFixture.transaction("c")
        #expect(try run.score([a, next])[1] == clean.score([next])[0])
        // The id of another user's event is no duplicate.
        var other = a
        other.user = "v"
        #expect(try run.score([other])[0].decision != nil)
    }

    @Test func aLateEventCountsAtTheNewestTime() throws {
        let first = ScorerFixture.transaction("a")
        let onTime = ScorerFixture.transaction("b")
        // The same hour and weekday, so that the time difference alone could tell them apart.
        let late = ScorerFixture.transaction("b", at: onTime.time.milliseconds - 7 * ScorerFixture.day)
        var (left, right) = (try run(), try run())
        let outcomes = try [left.score([first, onTime])[1], right.score([first, late])[1]]
        let decision = try #require(outcomes[0].decision)
        #expect(outcomes == [.scored(decision, late: false), .scored(decision, late: true)])
        #expect(right.users["u"]?.history.lateEvents == 1 && right.users["u"]?.history.newest == first.time)
        let next = ScorerFixture.transaction("c", at: first.time.milliseconds + 5)
        #expect(try left.score([next]) == right.score([next]))
    }

    @Test func aForcedAllowOverAHighScoreNamesItsRule() throws {
        let decision = try decision("rules:\n" + rule("trusted", "allow"), thresholds: Thresholds(review: 0))
        #expect(decision.disposition == .allow && decision.decidedBy == "trusted" && decision.reasons.isEmpty)
        #expect(decision.score == decision.modelScore && decision.hits.map(\.rule) == ["trusted"])
    }

    @Test func aForcedReviewUnderALowScoreNamesItsRule() throws {
        let decision = try decision("rules:\n" + rule("look", "review"), thresholds: Thresholds(review: 1))
        #expect(decision.disposition == .review && decision.decidedBy == "look")
    }

    @Test func anAdjustmentThatCrossesAThresholdNamesItsRule() throws {
        // Not all made-up weights give a score that leaves room on both sides.
        let seed = try #require(try (5..<30).first { (0.05...0.95).contains(try decision(seed: $0).modelScore) })
        let score = try decision(seed: seed).modelScore
        func adjusted(_ sign: String, _ thresholds: Thresholds) throws -> Decision {
            try decision("rules:\n" + rule("move", "score \(sign)0.04"), thresholds: thresholds, seed: seed)
        }
        let up = try adjusted("+", Thresholds(review: score + 0.02))
        #expect(up.disposition == .review && up.decidedBy == "move" && up.modelScore == score)
        #expect(abs(up.score - score - 0.04) < 1e-6)
        let down = try adjusted("-", Thresholds(review: score - 0.02))
        #expect(down.disposition == .allow && down.decidedBy == "move")
        let declined = try adjusted("+", Thresholds(review: score - 0.02, decline: score + 0.02))
        #expect(declined.disposition == .decline && declined.decidedBy == "move")
        // Where it changes nothing, the score decided; the hit is still told.
        let same = try adjusted("+", Thresholds(review: score - 0.02))
        #expect(same.disposition == .review && same.decidedBy == nil && same.hits.map(\.rule) == ["move"])
    }

    @Test func scoresAtAThresholdAreFlagged() throws {
        let score = try decision().modelScore
        #expect(try decision(thresholds: Thresholds(review: score)).disposition == .review)
        #expect(try decision(thresholds: Thresholds(review: score.nextUp)).disposition == .allow)
        #expect(try decision(thresholds: Thresholds(review: 0, decline: score)).disposition == .decline)
        #expect(try decision(thresholds: Thresholds(review: 0, decline: score.nextUp)).disposition == .review)
    }

    @Test(arguments: [
        ScorerFixture.transaction(features: [.text("never seen"), .missing]),
        ScorerFixture.transaction(features: []),
        ScorerFixture.transaction(amount: -300),
        ScorerFixture.transaction(amount: 0),
        ScorerFixture.transaction(amount: 1e300),
        ScorerFixture.transaction(amount: -1e300),
        ScorerFixture.transaction(amount: 3.4e38, features: [.number(1e300), .number(-1e300)]),
        ScorerFixture.transaction(entities: [nil, nil]),
        ScorerFixture.transaction(entities: []),
        ScorerFixture.transaction(entities: ["a new terminal", "d"]),
        ScorerFixture.transaction(at: -62_135_596_800_000),
        ScorerFixture.transaction(at: 253_402_300_799_999),
        ScorerFixture.transaction(features: [.text(String(repeating: "x", count: 100_000)), .text("text")]),
    ])
    func oddValuesGiveFiniteScoresAndReasons(odd: Transaction) throws {
        var run = try run(thresholds: Thresholds(review: 0))
        // The odd one first, in the middle and last, with usual ones whose features look back on it.
        let usual = (0..<6).map { ScorerFixture.transaction("u\($0)", at: (41 + Int64($0)) * ScorerFixture.day) }
        let odds = (0..<3).map { index in
            var copy = odd
            copy.id = "odd\(index)"
            return copy
        }
        for outcome in try run.score([odds[0]] + usual[..<3] + [odds[1]] + usual[3...] + [odds[2]]) {
            let decision = try #require(outcome.decision)
            #expect(decision.modelScore.isFinite && (0...1).contains(decision.modelScore))
            #expect(decision.reasons.allSatisfy { $0.contribution.isFinite && !$0.value.contains("nan") })
        }
    }
}
