import Evaluation
import Rules
import Scoring
import Testing
import Transactions

/// Numbers worked out by hand from `ReportFixture.rows`, under the champion's scores.
@Suite struct RuleBacktestTests {
    /// The proposed set is the fixture's; the active one is the score alone.
    private func backtest() throws -> RuleBacktest {
        var table = try ReportFixture.result().table
        var active = ReplayContender(
            name: "active", modelHash: "m0", rulesHash: "none", thresholds: Thresholds(review: 0.5), rules: [])
        let scores = table.contenders[0].modelScores
        (active.modelScores, active.scores) = (scores, scores)
        active.dispositions = Column(count: scores.count) { scores[$0] >= 0.5 ? .review : .allow }
        active.decidedBy = Column(repeating: -1, count: scores.count)
        table.contenders.append(active)
        return RuleBacktest(table, proposed: 0, active: 2, exampleCount: 1)
    }

    @Test func decisionsThatChangeAreCountedAndShown() throws {
        let backtest = try backtest()
        #expect(backtest.events == 11 && backtest.mature == 10 && backtest.frauds == 5)
        // Rows 1, 2 (to review and decline by rules), 4 and 10 (moved over the threshold), 7 (let through).
        #expect(backtest.changed == 5)
        let changes = Dictionary(uniqueKeysWithValues: backtest.changes.map { ("\($0.from) \($0.to)", $0) })
        let review = try #require(changes["allow review"])
        #expect(review.events == 3 && review.frauds == 2 && review.legitimate == 1 && review.fraudAmount == 100)
        #expect(review.examples.map(\.amount) == [60] && review.examples[0].isFraud == true)
        #expect(review.examples[0].ruleBefore == nil && review.examples[0].ruleAfter == "up")
        let decline = try #require(changes["allow decline"])
        #expect(decline.events == 1 && decline.frauds == 1 && decline.examples.first?.ruleAfter == "huge")
        let allow = try #require(changes["review allow"])
        #expect(allow.events == 1 && allow.legitimate == 1 && allow.examples.first?.user == "u3")
        #expect(backtest.changes.first?.events == 3 && changes.count == 3)
    }

    @Test func bothSidesAreMeasuredOnTheSameEvents() throws {
        let backtest = try backtest()
        // Flagged by the score: 0, 6, 7 and the young 8; of the three mature ones one is fraud.
        #expect(backtest.active.flagged == 4 && backtest.active.matureFlagged == 3 && backtest.active.caught == 1)
        #expect(backtest.active.precision == 1.0 / 3 && backtest.active.recall == 0.2)
        // Under the rules: 0, 1, 2, 4, 6, 10 and 8.
        #expect(backtest.proposed.flagged == 7 && backtest.proposed.caught == 4)
        #expect(backtest.proposed.precision == 4.0 / 6 && backtest.proposed.recall == 0.8)
    }

    @Test func everyRuleHasItsFiguresAndItsOverlap() throws {
        let rules = try backtest().rules
        let place = Dictionary(uniqueKeysWithValues: rules.rows.enumerated().map { ($1.rule, $0) })
        let (big, huge) = (try #require(place["big"]), try #require(place["huge"]))
        let (up, trusted) = (try #require(place["up"]), try #require(place["trusted"]))
        // big matched 1, 2 and 7: two frauds; only row 1 is flagged by nothing else.
        let row = rules.rows[big]
        #expect(row.hits == 3 && row.frauds == 2 && row.precision == 2.0 / 3 && row.recall == 0.4)
        #expect(row.marginalRecall == 0.2 && row.marginalFalseAlarms == 0)
        #expect(rules.rows[huge].hits == 1 && rules.rows[huge].marginalRecall == 0)
        // up alone carries row 4 (legitimate) and row 10 (fraud) over the threshold.
        #expect(rules.rows[up].marginalRecall == 0.2 && rules.rows[up].marginalFalseAlarms == 1)
        #expect(rules.rows[trusted].marginalFalseAlarms == -1)
        #expect(rules.overlap[big][huge] == 1 && rules.overlap[huge][big] == 1 && rules.overlap[big][trusted] == 1)
        #expect(rules.overlap[big][big] == 3 && rules.overlap[up][big] == 0)
    }

    /// A snoozed match did nothing, so nothing goes with it; nor does a rule that changed nothing answer for a breaker.
    @Test func whatDidNotActIsMissedForNothing() throws {
        var table = try ReportFixture.result().table
        let place = { (id: String) in table.contenders[0].rules.firstIndex { $0.id == id } }
        let (big, up) = (try #require(place("big")), try #require(place("up")))
        // Row 1 would be flagged by big alone; row 9, let through, is held by a breaker, and up only moves its score.
        table.contenders[0].snoozedRows[big] = [1]
        table.contenders[0].dispositions[1] = .allow
        table.contenders[0].ruleRows[up] = [4, 9, 10]
        table.contenders[0].dispositions[9] = .review
        let rows = RuleTable(table).rows
        #expect(rows[big].hits == 3 && rows[big].marginalRecall == 0)
        #expect(rows[up].marginalRecall == 0.2 && rows[up].marginalFalseAlarms == 1)
    }
}
