import Rules
import Sequences
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
        #expect(low.movedBy == "b")
        #expect(low.forced == nil && low.decidedBy == nil)
        #expect(low.hits.map(\.rule) == ["b", "a"])
        #expect(try outcome(of: rules, score: 0.9).score == 1)
        #expect(try outcome(of: rules, transaction(amount: 501, distance: .missing), score: 0.2).score == 0)
    }

    /// Who moved the score to where it ended is named, not who is highest and pulled the other way.
    @Test func aMovedScoreIsTheDoingOfWhoMovedItThere() throws {
        let rules = """
            rules:
              - {id: eased, when: "true", action: lower 0.05, tier: mandatory}
              - {id: pushed, when: "true", action: raise 0.5, tier: override}
              - {id: put, when: "score > 0.9", action: set 0.2, tier: override, priority: 3}
            """
        #expect(try outcome(of: rules, score: 0.1).movedBy == "pushed")
        #expect(try outcome(of: rules, score: 0.95).movedBy == "eased")
        let decision = try outcome(of: rules, score: 0.1).decision(modelScore: 0.1) { $0 > 0.4 ? .review : .allow }
        #expect(decision.disposition == .review && decision.decidedBy == "pushed")
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
        let outcome = evaluate(transaction(distance: .missing), by: evaluator, score: 0.1)
        #expect(outcome.hits.map(\.rule) == ["absorbed"])
        #expect(evaluator.errorCounts == [1, 0, 0])
        #expect(evaluate(transaction(), by: evaluator, score: 0.1).hits.count == 3)
        #expect(evaluator.errorTotal == 1)
    }

    @Test func everythingARuleMaySee() throws {
        let conditions = [
            "tx.id == 'x1'", "tx.user == 'u1'", "tx.amount == 100.0", "tx.country in ['DE', 'FR']",
            "tx.distance == 3.0", "tx.time == timestamp('2018-08-01T23:30:00Z')", "now == tx.time", "score == 0.5",
            "user.events_seen == 0", "!has(user.seconds_since_last)", "user.first_seen == now",
            "user.last_decision == 'review'", "!has(user.average_amount)", "has(tx.terminal)",
            "entity.terminal.count_7d == 0 && entity.terminal.frauds_30d == 0", "!has(entity.terminal.fraud_share_1d)",
            "velocity.count_1h == 1 && velocity.sum_1d == 100.0", "!has(velocity.last_country)",
            "tx.country in lists.home", "!(tx.country in lists.away)", "size(lists.home) == 2",
            "tx.amount * 2.0 + 1.0 > 200.0 ? true : false",
        ]
        for condition in conditions {
            let text =
                ruleFile(when: condition)
                    + """
                    lists:
                      home: [DE, AT]
                      away: [US]
                    velocity:
                      count_1h: {function: count, window: 1h}
                      sum_1d: {function: sum, of: tx.amount, window: 1d}
                      last_country: {function: last, of: tx.country, window: 30d}
                    """
            #expect(try outcome(of: text, lastDecision: .review).hits.count == 1, "\(condition)")
        }
    }

    @Test func whatARuleSeesOfAnEntityIsItsRisk() throws {
        let terminal = StableHash.entity(name: "terminal", key: "t1")
        let names = [1, 7, 30].flatMap { ["count_\($0)d", "frauds_\($0)d", "fraud_share_\($0)d"] }
        let reason = names.map { "{entity.terminal.\($0)}" }.joined(separator: " ")
        let evaluator = RuleEvaluator(
            try RuleSet.load(
                text: "rules:\n  - {id: a, when: 'true', action: review, reason: '\(reason)'}", schema: schema))
        var generator = SeededGenerator(state: 6)
        let now = transaction().time
        var seen: Set<String> = []
        for _ in 0..<200 {
            var ledger = EntityLedger(schema: schema)
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                let bucket = ledger.bucket(of: now) - Int64.random(in: 1..<(40 * 24), using: &generator)
                let label = EntityLabel(
                    entity: terminal, knownAt: bucket * 3_600_000, fraud: Bool.random(using: &generator), amount: nil)
                ledger.apply(EntityBucketPart(bucket: bucket, counts: [terminal: 2], labels: [label]))
            }
            let risk = ledger.risk(of: terminal, at: now)
            let wanted = [Int64(1), 7, 30].enumerated().flatMap { window, days in
                let count = ledger.transactionCount(of: terminal, days: days, at: now)
                return [Double(count), Double(risk.frauds[window]), Double(risk.fraudShare(window))]
            }
            let found = evaluate(transaction(), by: evaluator, ledger: ledger).hits[0].reason.split(separator: " ")
            for (text, number) in zip(found, wanted) {
                #expect(number.isNaN ? text == "n/a" : abs((Double(text) ?? -1) - number) < 1e-4)
            }
            seen.formUnion(found.map(String.init))
        }
        #expect(seen.isSuperset(of: ["n/a", "0", "0.5", "1", "2"]))
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
        let outcome = evaluate(transaction(), by: RuleEvaluator(.empty(schema: schema)), score: 0.4)
        #expect(outcome == RuleOutcome(score: 0.4))
    }
}
