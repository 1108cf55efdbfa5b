import Rules
import Testing

@Suite struct RuleTesterTests {
    private static let text = """
        velocity:
          count_1h: {function: count, window: 1h}
        rules:
          - {id: burst, when: velocity.count_1h >= 3, action: decline, reason: "{velocity.count_1h} in an hour"}
          - {id: watch, when: velocity.count_1h == 2 && user.last_decision == 'allow', action: raise 0.2, state: shadow}
        tests:
          - name: three in an hour
            events:
              - {amount: 1}
              - {after: 10m, amount: 1, expect: {decision: allow, shadow: [watch], hits: []}}
              - {after: 10m, amount: 1, terminal: t1, country: DE}
            expect: {decision: decline, hits: [burst], decided_by: burst, score: 0.1}
        """

    @Test func fixturesSayWhatTheyExpected() throws {
        let good = Self.text.replacing("terminal: t1, ", with: "score: 0.1, ")
        #expect(RuleTester.run(try RuleSet.load(text: good, schema: schema)).isEmpty)
        let failures = RuleTester.run(try RuleSet.load(text: good.replacing(">= 3", with: ">= 4"), schema: schema))
        #expect(
            failures.map(\.description) == [
                "line 11: test 'three in an hour': decision decline expected, found allow",
                "line 11: test 'three in an hour': hits [burst] expected, found []",
                "line 11: test 'three in an hour': decided_by burst expected, found score",
            ])
        #expect(RuleTester.run(try RuleSet.load(text: Self.text, schema: schema)).count == 1)
    }

    @Test(arguments: [
        ("hits: [burst]", "hits: [bust]", "did you mean 'burst'?"),
        ("amount: 1}", "amout: 1}", "did you mean 'amount'?"),
        ("after: 10m, amount: 1, expect", "after: ten, amount: 1, expect", "expected a duration"),
        ("decision: decline", "decision: deny", "unknown decision 'deny'"),
    ])
    func badFixturesAreRefused(good: String, bad: String, message: String) {
        do {
            _ = try RuleSet.load(text: Self.text.replacing(good, with: bad), schema: schema)
            Issue.record("\(bad) was taken")
        } catch {
            #expect(error.diagnostics.contains { $0.message.contains(message) }, "\(error)")
        }
    }

    @Test func twoSpellingsOfAnIDAreTwoUsers() throws {
        let events = ["\u{e9}", "e\u{301}", "\u{e9}"].map { "{user: \"\($0)\"}" }.joined(separator: ", ")
        let rules = try RuleSet.load(
            text: """
                velocity:
                  n: {function: count, window: 1h}
                rules:
                  - {id: second, when: velocity.n == 2, action: review}
                tests:
                  - {name: t, events: [\(events)], expect: {hits: [second]}}
                """, schema: schema)
        #expect(RuleTester.run(rules).isEmpty)
    }

    @Test func anExplanationShowsEveryPart() throws {
        let rules = try RuleSet.load(
            text:
                "rules: [{id: a, when: 'tx.amount * 2.0 > 150.0 && (tx.country == \"FR\" || has(tx.distance))', action: review}]",
            schema: schema)
        let found = RuleBench(rules).explain(transaction(), modelScore: 0.3)
        #expect(found.map(\.value) == ["true"])
        #expect(
            found[0].parts.map { "\($0.depth) \($0.expression) = \($0.value)" }.dropFirst() == [
                "1 tx.amount * 2.0 > 150.0 = true", "2 tx.amount * 2.0 = 200", "3 tx.amount = 100",
                "1 tx.country == \"FR\" || has(tx.distance) = true", "2 tx.country == \"FR\" = false",
                "3 tx.country = DE", "2 has(tx.distance) = true",
            ])
    }

    @Test func anExplanationSaysWhatKeepsARuleFromActing() throws {
        let rules = try RuleSet.load(
            text: """
                rules:
                  - {id: off, when: tx.distance > 2.0, action: review, state: off}
                  - {id: acts, when: "true", action: review}
                  - {id: old, when: "true", action: review, expires: 2018-08-01, state: shadow}
                  - {id: later, when: "false", action: review, expires: 2018-08-02}
                  - {id: few, when: "true", action: review, sample: 0}
                  - {id: all, when: "true", action: review, sample: 1}
                  - {id: user, when: "true", action: review}
                  - {id: place, when: "true", action: review}
                snoozes:
                  - {rule: user, user: u1, until: 2030-01-01}
                  - {rule: place, terminal: t1, until: 2030-01-01}
                  - {rule: acts, user: u2, until: 2030-01-01}
                  - {rule: acts, user: u1, until: 2018-01-01}
                """, schema: schema)
        let found = RuleBench(rules).explain(transaction(), modelScore: 0.3)
        #expect(
            found.map { "\($0.rule) \($0.value) \($0.setAside.map(\.rawValue))" } == [
                "acts true []", #"old true ["expired", "shadow"]"#, "later false []",
                #"few true ["not_sampled"]"#, "all true []", #"user true ["snoozed"]"#,
                #"place true ["snoozed"]"#, #"off true ["off"]"#,
            ])
        #expect(rules.offCount == 1 && rules.rules.count == 7)
    }
}
