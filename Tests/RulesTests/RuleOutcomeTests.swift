import Rules
import Testing
import Transactions

@Suite struct RuleOutcomeTests {
    @Test func anAllowRuleBeatsAHighScoreAndIsNamed() throws {
        let outcome = try outcome(
            of: """
                rules:
                  - id: trusted-terminal
                    when: tx.terminal == 't1' && score > 0.9
                    action: allow
                    reason: "terminal {tx.terminal} is ours, score {score}"
                """, score: 0.97)
        #expect(outcome.forced == .allow)
        #expect(outcome.decidedBy == "trusted-terminal")
        #expect(outcome.score == 0.97)
        #expect(
            outcome.hits == [
                RuleHit(rule: "trusted-terminal", action: "allow", reason: "terminal t1 is ours, score 0.97")
            ])
    }

    @Test func adjustmentsAddUpAndStayWithinBounds() throws {
        let rules = """
            rules:
              - {id: a, when: "tx.amount > 50.0", action: score +0.3, priority: 1}
              - {id: b, when: "tx.distance < 5.0", action: score +0.4, priority: 2}
              - {id: c, when: "tx.amount > 500.0", action: score -0.9}
            """
        let low = try outcome(of: rules, score: 0.1)
        #expect(abs(low.score - 0.8) < 1e-12)
        #expect(low.adjustedBy == "b")
        #expect(low.forced == nil && low.decidedBy == nil)
        #expect(low.hits.map(\.rule) == ["b", "a"])
        #expect(try outcome(of: rules, score: 0.9).score == 1)
        #expect(try outcome(of: rules, transaction(amount: 501, distance: .missing), score: 0.2).score == 0)
    }

    /// Adjustments first, whatever their place; conditions still see the model's own score.
    @Test func conditionsSeeTheModelScoreNotTheAdjustedOne() throws {
        let outcome = try outcome(
            of: """
                rules:
                  - {id: up, when: "true", action: score +0.5, priority: 100}
                  - {id: high, when: score > 0.8, action: decline}
                """, score: 0.5)
        #expect(outcome.score == 1)
        #expect(outcome.forced == nil)
    }

    @Test(arguments: [
        ("allow", 1, "decline", 1, "second"), ("decline", 1, "allow", 1, "first"), ("review", 1, "allow", 1, "first"),
        ("allow", 2, "decline", 1, "first"), ("allow", 1, "decline", 2, "second"), ("review", 1, "review", 1, "first"),
    ])
    func priorityDecidesAndStrictnessBreaksTies(
        first: String, firstPriority: Int, second: String, secondPriority: Int, winner: String
    ) throws {
        let outcome = try outcome(
            of: """
                rules:
                  - {id: first, when: "true", action: \(first), priority: \(firstPriority)}
                  - {id: second, when: "true", action: \(second), priority: \(secondPriority)}
                """)
        #expect(outcome.decidedBy == winner)
        #expect(outcome.forced?.rawValue == (winner == "first" ? first : second))
        #expect(outcome.hits.count == 2)
    }

    @Test func aConditionThatFailsDoesNotMatchAndIsCounted() throws {
        let rules = try RuleSet.load(
            text: """
                rules:
                  - {id: far, when: tx.distance > 1.0, action: decline, priority: 2}
                  - {id: guarded, when: "has(tx.distance) && tx.distance > 1.0", action: decline, priority: 1}
                  - {id: absorbed, when: "tx.distance > 1.0 || tx.amount > 1.0", action: review}
                """, schema: schema)
        let evaluator = RuleEvaluator(rules)
        let user = RuleUserFacts(eventsSeen: 0, secondsSinceLast: nil)
        let outcome = evaluator.evaluate(transaction(distance: .missing), modelScore: 0.1, user: user)
        #expect(outcome.hits.map(\.rule) == ["absorbed"])
        #expect(evaluator.errorCounts == [1, 0, 0])
        #expect(evaluator.evaluate(transaction(), modelScore: 0.1, user: user).hits.count == 3)
        #expect(evaluator.errorTotal == 1)
    }

    @Test func everythingARuleMaySee() throws {
        let conditions = [
            "tx.id == 'x1'", "tx.user == 'u1'", "tx.amount == 100.0", "tx.country in ['DE', 'FR']",
            "tx.distance == 3.0",
            "tx.time == timestamp('2018-08-01T23:30:00Z')", "now == tx.time", "score == 0.5", "user.events_seen == 7",
            "user.seconds_since_last == 60.0", "has(tx.terminal)", "!has(velocity.card_1h)", "velocity.sum_1d == 12.5",
            "tx.country in lists.home", "!(tx.country in lists.away)", "size(lists.home) == 2",
            "tx.amount * 2.0 + 1.0 > 200.0 ? true : false",
        ]
        let facts = [RuleFact("velocity.card_1h", .int), RuleFact("velocity.sum_1d", .double)]
        for condition in conditions {
            let text = ruleFile(when: condition) + "lists:\n  home: [DE, AT]\n  away: [US]\n"
            let outcome = try outcome(of: text, facts: facts, values: [.absent, .double(12.5)])
            #expect(outcome.hits.count == 1, "\(condition)")
        }
    }

    @Test func reasonsHoldValuesAndEscapedBraces() throws {
        let outcome = try outcome(
            of: """
                rules:
                  - id: a
                    when: tx.amount > 1.0
                    action: review
                    reason: '{tx.amount} at {tx.terminal + "}"} on {tx.time}: {{x}} {tx.distance}{tx.amount / 3.0}'
                """, transaction(distance: .missing))
        #expect(outcome.hits.first?.reason == "100 at t1} on 2018-08-01T23:30:00Z: {x} n/a33.3333")
    }

    @Test func withoutRulesTheScoreDecides() {
        let evaluator = RuleEvaluator(.empty(schema: schema))
        let outcome = evaluator.evaluate(
            transaction(), modelScore: 0.4, user: RuleUserFacts(eventsSeen: 0, secondsSinceLast: nil))
        #expect(outcome == RuleOutcome(score: 0.4))
    }
}
