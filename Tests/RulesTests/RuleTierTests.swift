import Foundation
import Rules
import Testing
import Transactions

/// Tiers, terms, samples, shadows, snoozes and breakers.
@Suite struct RuleTierTests {
    private func decision(_ rules: String, score: Double = 0.2, review: Double = 0.5) throws -> String {
        let outcome = try outcome(of: "rules:\n" + rules, score: score)
        let (disposition, rule) = outcome.decision(modelScore: score) { $0 >= review ? .review : .allow }
        return "\(disposition.rawValue) by \(rule ?? "score")"
    }

    @Test func aHigherTierStandsAboveAnyPriority() throws {
        let rules = """
              - {id: strong, when: "true", action: decline, priority: 1000}
              - {id: bound, when: "true", action: allow, tier: mandatory, priority: -5}
              - {id: advice, when: "true", action: decline, tier: advise, priority: 2000}
            """
        #expect(try decision(rules) == "allow by bound")
        #expect(try outcome(of: "rules:\n" + rules).hits.map(\.rule) == ["bound", "strong", "advice"])
    }

    @Test func adviceOnlyMakesStricter() throws {
        let milder = "  - {id: a, when: \"true\", action: allow, tier: advise}"
        #expect(try decision(milder, score: 0.9) == "review by score")
        let stricter = "  - {id: a, when: \"true\", action: review, tier: advise}"
        #expect(try decision(stricter, score: 0.1) == "review by a")
        let beaten = stricter + "\n  - {id: b, when: \"true\", action: allow}"
        #expect(try decision(beaten, score: 0.1) == "allow by b")
    }

    @Test func tiersMoveTheScoreFromTheLowestToTheHighest() throws {
        let rules = """
            rules:
              - {id: a, when: "true", action: raise 0.5, tier: advise}
              - {id: b, when: "true", action: set 0.3, priority: 1}
              - {id: c, when: "true", action: set 0.9}
              - {id: d, when: "true", action: raise 0.1}
              - {id: e, when: "true", action: lower 0.3, tier: mandatory}
            """
        #expect(abs(try outcome(of: rules).score - 0.1) < 1e-12)
        #expect(try outcome(of: rules.replacing("lower 0.3", with: "set 1")).score == 1)
        #expect(try decision("  - {id: up, when: \"true\", action: set 0.8}", score: 0.1) == "review by up")
        #expect(try decision("  - {id: up, when: \"true\", action: raise 0.1}", score: 0.1) == "allow by score")
    }

    @Test func shadowSnoozedAndExpiredRulesDoNotAct() throws {
        let text = """
            rules:
              - {id: shadow, when: "true", action: decline, state: shadow, tier: mandatory}
              - {id: off, when: "true", action: decline, state: off}
              - {id: over, when: "true", action: decline, expires: 2018-08-01}
              - {id: running, when: "true", action: review, expires: "2018-08-01T23:30:00.001Z"}
              - {id: quiet, when: "true", action: decline}
              - {id: loud, when: "true", action: decline}
            snoozes:
              - {rule: quiet, terminal: t1, until: 2018-08-02}
              - {rule: loud, user: u1, until: "2018-08-01T23:30:00Z", reason: over by then}
              - {rule: loud, user: someone, until: 2030-01-01}
            """
        let result = try outcome(of: text)
        #expect(
            result.hits.map { "\($0.rule) \($0.state.rawValue)" } == [
                "shadow shadow", "running active", "quiet snoozed", "loud active",
            ])
        #expect(result.forced == .decline && result.decidedBy == "loud")
        #expect(throws: RuleSetError.self) {
            try RuleSet.load(text: text.replacing("rule: quiet", with: "rule: quite"), schema: schema)
        }
    }

    /// However the file writes the key: with quotes, indented or as JSON.
    @Test(arguments: [
        "{\"rules\": [RULE], \"snoozes\": [SNOOZE]}", "\"snoozes\": [SNOOZE]\nrules: [RULE]",
        "  snoozes: [SNOOZE]\n  rules: [RULE]",
    ])
    func snoozesHoldInAnySpelling(_ form: String) throws {
        let rule = "{\"id\": \"r\", \"when\": \"true\", \"action\": \"decline\"}"
        let snooze = "{\"user\": \"u1\", \"until\": \"2030-01-01\"}"
        let text = form.replacing("RULE", with: rule).replacing("SNOOZE", with: snooze)
        #expect(try outcome(of: text).hits.map(\.state) == [.snoozed])
    }

    /// Nothing overrides a mandatory rule but a snooze that names it.
    @Test func mandatoryRulesAreSnoozedByNameAlone() throws {
        let text = """
            rules:
              - {id: bound, when: "true", action: decline, tier: mandatory}
              - {id: other, when: "true", action: review}
            snoozes: [{user: u1, until: 2030-01-01}]
            """
        #expect(try outcome(of: text).hits.map(\.state) == [.active, .snoozed])
        let named = text.replacing("{user", with: "{rule: bound, user")
        #expect(try outcome(of: named).hits.map(\.state) == [.snoozed, .active])
    }

    /// A user whose id only looks the same is another user.
    @Test func snoozesCompareBytes() throws {
        func state(_ user: String) throws -> RuleHit.State? {
            let text = """
                rules: [{id: r, when: "true", action: decline}]
                snoozes: [{user: "zoe\u{308}", until: 2030-01-01}]
                """
            let rules = try RuleSet.load(text: text, schema: schema)
            let event = Transaction(id: "e", user: user, time: EventTime(milliseconds: 0), amount: 1)
            return RuleBench(rules).take(event, modelScore: 0, review: 0.5).hits.first?.state
        }
        #expect(try state("zoe\u{308}") == .snoozed)
        #expect(try state("zo\u{eb}") == .active)
    }

    /// The same users always, and about the share asked for.
    @Test func samplesAreOfUsers() throws {
        let rules = try RuleSet.load(
            text: "rules: [{id: s, when: 'true', action: review, sample: 0.25}]", schema: schema)
        let evaluator = RuleEvaluator(rules)
        func matches(_ user: Int) -> Bool {
            var event = transaction()
            event.user = "u\(user)"
            return !evaluate(event, by: evaluator).hits.isEmpty
        }
        let first = (0..<2000).map(matches)
        #expect(first == (0..<2000).map(matches))
        #expect(abs(first.count { $0 } - 500) < 80)
    }

    /// A `set` that another one put aside moved nothing, nor did lower tiers below one: none of them decides.
    @Test func whatMovedNothingDecidesNothing() throws {
        let rules = """
              - {id: down, when: "true", action: set 0.2, priority: 5}
              - {id: inert, when: "true", action: set 0.9, priority: 1}
              - {id: up, when: "true", action: raise 0.6}
              - {id: below, when: "true", action: raise 0.9, tier: advise, priority: 9}
            """
        #expect(try decision(rules, score: 0.3) == "review by up")
        #expect(try outcome(of: "rules:\n" + rules, score: 0.3).score == 0.8)
        let above = rules + "\n  - {id: top, when: \"true\", action: set 0.7, tier: mandatory}"
        #expect(try decision(above, score: 0.3) == "review by top")
    }

    /// Rules that move scores to where they decide otherwise decide too; what stays as the model had it is the model's.
    @Test func aBreakerHoldsWhatMovedScoresComeTo() throws {
        let rules = try RuleSet.load(
            text: """
                rules:
                  - {id: lift, when: tx.amount > 100.0, action: raise 0.5, reason: large}
                  - {id: calm, when: tx.amount < 10.0, action: set 0, reason: small}
                breakers:
                  decline: {daily_share: 0.1, after: 1}
                  allow: {daily_share: 0.1, after: 1}
                """, schema: schema)
        let bench = RuleBench(rules)
        var days = CircuitBreaker.Days()
        func decide(_ number: Int, _ amount: Double, score: Double) -> Decision {
            var event = transaction(amount: amount)
            event.id = "x\(number)"
            var decision = bench.take(event, modelScore: score, review: 0.5, decline: 0.8)
            rules.hold(&decision, at: event.time, days: &days)
            return decision
        }
        let lifted = (0..<3).map { decide($0, 200, score: 0.4) }
        #expect(lifted.map(\.disposition) == [.decline, .review, .review])
        #expect(lifted[1].hits[0].held == .decline && lifted[1].hits[0].action == "raise 0.5")
        #expect(
            lifted[1].hits[0].reason == "large (decline held to review: 2 of the day's 2 events so far, limit 10 %)")
        #expect((3..<6).map { decide($0, 200, score: 0.9).disposition } == [.decline, .decline, .decline])
        let calmed = (6..<8).map { decide($0, 5, score: 0.7) }
        #expect(calmed.map(\.disposition) == [.allow, .review] && calmed[1].hits[0].held == .allow)
        #expect(decide(8, 5, score: 0.1).disposition == .allow)
        #expect(days.newest.decided == [.decline: 3, .allow: 2])
        let stored = try JSONDecoder().decode(RuleHit.self, from: JSONEncoder().encode(calmed[1].hits[0]))
        #expect(stored == calmed[1].hits[0])
    }

    @Test func aBreakerHoldsAnActionForTheDayAndSaysSo() throws {
        let rules = try RuleSet.load(
            text: """
                rules:
                  - {id: block, when: tx.amount > 100.0, action: decline, reason: large}
                  - {id: law, when: tx.amount > 900.0, action: decline, tier: mandatory}
                breakers:
                  decline: {daily_share: 0.1, after: 3}
                """, schema: schema)
        let bench = RuleBench(rules)
        var days = CircuitBreaker.Days()
        // The day before, which no longer counts.
        for _ in 0..<50 { days.count(EventTime(milliseconds: -1)) }
        func decide(_ number: Int, _ amount: Double, hour: Int64) -> Decision {
            var event = transaction(amount: amount)
            event.id = "x\(number)"
            event.time = EventTime(milliseconds: hour * 3_600_000)
            var decision = bench.take(event, modelScore: 0, review: 0.5)
            rules.hold(&decision, at: event.time, days: &days)
            return decision
        }
        // Three are let through whatever their share; the fourth of five events is too many.
        let decisions = (0..<5).map { decide($0, $0 == 0 ? 1 : 200, hour: 1) }
        #expect(decisions.map(\.disposition) == [.allow, .decline, .decline, .decline, .review])
        #expect(decisions[4].hits.map(\.state) == [.held] && decisions[4].decidedBy == "block")
        #expect(decisions[4].hits[0].held == .decline)
        #expect(
            decisions[4].hits[0].reason == "large (decline held to review: 4 of the day's 5 events so far, limit 10 %)")
        #expect(decide(5, 950, hour: 2).disposition == .decline)
        // Many harmless events later the day is still held; the next one is not.
        for number in 10..<200 { #expect(decide(number, 1, hour: 3).disposition == .allow) }
        #expect(decide(300, 200, hour: 4).disposition == .review)
        #expect(decide(301, 200, hour: 24).disposition == .decline)
        // An event dated ahead ends the day for nobody else.
        #expect(decide(302, 200, hour: 23).disposition == .review)
        #expect(days.former.events == 198 && days.newest.events == 1 && days.newest.held.isEmpty)
        #expect(decide(303, 1, hour: 80).disposition == .allow && days.former.day == 1)
        #expect(decide(304, 1, hour: 50).disposition == .allow && days.former.day == 2)
    }
}
