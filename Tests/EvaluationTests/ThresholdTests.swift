import Evaluation
import Testing
import Transactions

@Suite struct ThresholdTests {
    /// Ten events in two days, the highest by a rule; the truth of two is not known.
    private func search(forced: [Int: Disposition] = [:], decline: Float? = nil) -> ThresholdSearch {
        ThresholdSearch(
            scores: [0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
            frauds: [true, true, nil, false, true, false, false, nil, true, false],
            amounts: [100, 50, 70, 20, 10, 20, 30, 40, 3, 5],
            forced: (0..<10).map { forced[$0] }, days: 2, decline: decline)
    }

    @Test func aBudgetTakesTheLowestThresholdWithinItAndNeverSplitsATie() throws {
        // 1 a day: two alerts, but the second and the third score the same.
        let choice = search().choose(try #require(ThresholdGoal.budget("1/day")))
        #expect(choice.threshold == 0.9 && choice.alerts == 1 && choice.alertsPerDay == 0.5 && choice.isMet)
        #expect(choice.recall == 0.25 && choice.precision == 1 && choice.goal == "budget 1/day")
        let wider = search().choose(.alertsPerDay(2))
        #expect(wider.threshold == 0.7 && wider.alerts == 4 && wider.precision == 2.0 / 3)
        #expect(search().choose(.alertsPerDay(100)).threshold == 0.1)
    }

    @Test func whatRulesFlagCountsAgainstTheBudget() {
        // Rows 8 and 9 are flagged whatever they score, row 0 is let through.
        let search = search(forced: [8: .decline, 9: .review, 0: .allow])
        let choice = search.choose(.alertsPerDay(2))
        #expect(choice.threshold == 0.8 && choice.alerts == 4 && choice.recall == 0.5)
        let none = search.choose(.alertsPerDay(0.5))
        #expect(none.threshold == nil && !none.isMet && none.alerts == 2)
    }

    @Test func aPrecisionTakesTheLowestThresholdThatHasIt() {
        let choice = search().choose(.precision(0.75))
        // 0.9, 0.8 known: 2 of 2; 0.7: 2 of 3; 0.6: 3 of 4.
        #expect(choice.threshold == 0.6 && choice.precision == 0.75 && choice.recall == 0.75)
        let none = search().choose(.precision(1.5))
        #expect(none.threshold == nil && !none.isMet && none.alerts == 0)
    }

    @Test func aCostTakesTheCheapestThreshold() throws {
        let costs = try #require(DecisionCosts("review=4,miss=amount"))
        let choice = search().choose(.cost(costs))
        // Misses cost 163. Down to 0.8: 8 + 13 = 21; to 0.6: 16 + 3 = 19; to 0.2: 28 + 0.
        #expect(choice.threshold == 0.6 && choice.expectedCost == 19.0 / 8 && choice.isMet)
        // Reviews too dear: none.
        #expect(search().choose(.cost(try #require(DecisionCosts("review=1000,miss=amount")))).threshold == nil)
        // What is declined costs no review, and a legitimate one declined its own price.
        let declining = search(decline: 0.6).choose(
            .cost(try #require(DecisionCosts("review=4,miss=amount,decline=1"))))
        #expect(declining.threshold == 0.6 && declining.expectedCost == (3.0 + 1) / 8)
    }

    @Test func costsAreReadOrRefused() {
        #expect(
            DecisionCosts("review=4,miss=0.5*amount,decline=2.5")
                == DecisionCosts(review: .init(fixed: 4), miss: .init(share: 0.5), decline: .init(fixed: 2.5)))
        #expect(DecisionCosts("miss=amount,review=4").map { "\($0)" } == "review=4,miss=amount,decline=0")
        for text in [
            "", "review", "review=", "review=-1", "review=x", "miss=1,miss=2", "amount=1", "miss=2*x", "miss=a*b*c",
        ] {
            #expect(DecisionCosts(text) == nil, "\(text)")
        }
        for text in ["200", "200/week", "-1/day", "x/day", "/day", "0/day", "inf/day"] {
            #expect(ThresholdGoal.budget(text) == nil, "\(text)")
        }
    }
}
