import Testing

@testable import Rules

/// Conditions of no rule, on an event's facts.
@Suite struct ConditionTrialTests {
    @Test(
        arguments: [
            ("tx.amount > 50.0", ConditionTrial.holds(true)),
            ("tx.amount > 50.0 && tx.country == 'FR'", .holds(false)),
            ("tx.amount > 50.0 && 1 / 0 > 0", .failed),
            ("tx.amount < 50.0 && 1 / 0 > 0", .holds(false)),
            ("user.events_seen == 1", .holds(true)),
            ("tx.amount", .refused),
            ("tx.amont > 1.0", .refused),
            ("tx.amount >", .refused),
            // No rule reads it, so that it was not fetched.
            ("tx.distance > 1.0", .failed),
        ])
    func aTrialSaysWhatARuleWould(condition: String, outcome: ConditionTrial) throws {
        let rules = try RuleSet.load(
            text: """
                rules:
                  - {id: reader, action: review, when: tx.amount > 0.0 && tx.country != '' && user.events_seen > 0}
                """, schema: schema)
        let bench = RuleBench(rules)
        _ = bench.explain(transaction(), modelScore: 0.5)
        _ = bench.explain(transaction(), modelScore: 0.5)
        #expect(bench.evaluator.trial(of: condition) == outcome)
    }
}
