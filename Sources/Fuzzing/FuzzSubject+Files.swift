import Foundation
import Rules
import Simulation
import Transactions
import Transformer

extension FuzzSubject {
    private static let yamlWords = [
        "- ", ": ", "&a ", "*a", "<<: *a", "!!binary ", "|\n", ">\n", "{", "}", "[", "]", "'", "\"", "---\n", "...\n",
        "? ",
        "#", "\t", "\n  ", "~", "%YAML 1.2\n", "\u{0}", "\u{85}", "0x1F", ".inf", "null",
    ]

    /// Schema files.
    static func schema() -> FuzzSubject {
        let text = """
            name: demo
            fields: { id: transaction_id, user: user_id, time: time, amount: amount }
            time_format: iso8601
            entities:
              - { name: terminal, field: terminal_id, risk: true }
            features:
              - { name: category, kind: category, field: category }
              - { name: distance, kind: distance, fields: [a, b, c, d] }
            label: { field: fraud, fraud_values: ["1"] }
            label_delay: 3d
            """
        let words = yamlWords + ["log_number", "epoch_seconds", "risk: false", "label_delay: 7d", "kind: number"]
        return FuzzSubject(texts: [text], words: words) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return false }
            do throws(SchemaError) {
                _ = try TransactionSchema.parse(yaml: text, file: "fuzz")
                return true
            } catch {
                return false
            }
        }
    }

    /// Rule files.
    static func rules() -> FuzzSubject {
        let text = """
            lists:
              cash_like: [travel, jewellery]
            velocity:
              sum_1d: { function: sum, of: tx.amount, when: tx.amount > 1.0, window: 1d, bucket: 15m }
              cards: { function: distinct, of: tx.user, key: terminal, window: 1d }
            rules:
              - id: large
                when: tx.amount > 400.0 && tx.category in lists.cash_like
                action: review
                priority: 20
                reason: "{tx.amount} of {velocity.sum_1d} spent"
              - { id: nudge, when: score > 0.2 && velocity.cards > 3, action: raise 0.1, tier: advise, sample: 0.5 }
              - { id: trial, when: "true", action: decline, state: shadow, expires: 2030-01-01, owner: me }
            snoozes:
              - { rule: large, user: u, until: 2026-04-01 }
            breakers:
              decline: { daily_share: 0.02, after: 200 }
            tests:
              - name: one
                events: [{ amount: 500, category: travel }]
                expect: { decision: review, hits: [large] }
            """
        // Small ones survive more changes.
        let small = [
            "rules:\n  - { id: a, when: tx.amount > 1.0, action: review }\n",
            "velocity: { n: { function: count, window: 1h } }\nrules: [{id: b, when: velocity.n > 3, action: allow}]",
            "rules:\n  - id: c\n    when: score > 0.5\n    action: decline\n    reason: '{score}'\n",
            "rules: []\ntests:\n  - { name: t, events: [{ amount: 5 }], expect: { decision: allow } }\n",
        ]
        let transaction = transaction
        return FuzzSubject(
            texts: [text] + small,
            words: yamlWords + ["lower 0.5", "decline", "allow", "{tx.", "state: off", "mandatory"]
        ) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self), let rules = load(text) else { return false }
            _ = RuleTester.run(rules)
            _ = RuleBench(rules).take(transaction, modelScore: 0.5, review: 0.5)
            return true
        }
    }

    /// What conditions are evaluated on.
    private static let transaction = Transaction(
        id: "t", user: "u", time: EventTime(milliseconds: 1_770_000_000_000), amount: 412.5, entities: ["t", nil, "d"],
        features: [.text("abc"), .text("chip"), .missing, .number(3)])

    /// Conditions, by turns changed examples and made-up ones: what checks is evaluated too.
    static func cel() throws -> FuzzSubject {
        let bench = try bench()
        let texts = [
            "tx.amount > 400.0 && has(tx.category) && tx.category in ['a', 'b', \"c\\n\"]",
            "size(tx.category) > 2 ? tx.amount / 2.0 < 1e3 : user.events_seen >= 3",
            "[1, 2, 3].map(x, x * 2).exists(y, y == 4) || {'a': 1}['a'] == 1",
            "tx.time - duration('1h') > timestamp('2024-01-01T00:00:00Z') && tx.time.getHours('Europe/Berlin') < 5",
            "tx.category.matches('^(a|b)*c+[x-z]{2,5}$') || tx.category.split(',').size() > 1",
            "string(tx.amount).startsWith('4') && 'x%d'.format([7]) != b'\\xff'.size().string()",
        ]
        let words = [
            "&&", "||", "!", "==", " in ", "(", ")", "[", "]", "{", "}", "?", ":", ".", "''", "r'", "0x7F",
            "9223372036854775807",
            "-9223372036854775808", "1u", "1e308", "null", ".map(x, ", ".all(x, ", ".exists(i, v, ", ".filter(x, ",
            "dyn(", "math.greatest(", "type(", "duration('999999h')", ".matches('(a*)*b')", "'é😀'", "\\u0041", "//",
        ]
        return FuzzSubject(texts: texts, words: words) { bytes in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            var grammar = ExpressionGrammar(seed: hash)
            let isChanged = hash >> 40 & 1 == 0
            guard let text = isChanged ? String(validating: bytes, as: UTF8.self) : grammar.condition() else {
                return false
            }
            switch bench.evaluator.trial(of: text) {
            case .refused: return false
            case .failed, .holds: return true
            case .contradicted(let how):
                FileHandle.standardError.write(Data("\(how)\nwhere the condition is: \(text)\n".utf8))
                preconditionFailure()
            }
        }
    }

    /// An event whose every fact that conditions name is at hand.
    private static func bench() throws(RuleSetError) -> RuleBench {
        let rules = try RuleSet.load(
            text: """
                velocity:
                  n: { function: count, window: 1h }
                  s: { function: sum, of: tx.amount, window: 1d }
                rules:
                  - id: reader
                    when: >-
                      has(tx.category) && has(tx.channel) && has(tx.country) && tx.amount + tx.distance_km + score > 0.0 &&
                      tx.time == now && user.events_seen + velocity.n > 0 && velocity.s > 0.0 &&
                      user.first_seen < now
                    action: review
                """, schema: Simulator.schema)
        let bench = RuleBench(rules)
        for minute in Int64(0)..<3 {
            var event = transaction
            event.time = EventTime(milliseconds: event.time.milliseconds + minute * 60_000)
            _ = bench.explain(event, modelScore: 0.5)
        }
        return bench
    }

    /// Weights.
    static func safetensors() -> FuzzSubject {
        let header =
            #"{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
            + #""b":{"dtype":"F32","shape":[],"data_offsets":[24,28]}}"#
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        bytes += Array(header.utf8) + [UInt8](repeating: 7, count: 28)
        let words = [
            "\"shape\":[18446744073709551615]", "\"dtype\":\"BF16\"", "[0,0]", "-1", "1e3", "\\u0000", "{", "}",
            "[[[[[[[[",
        ]
        return FuzzSubject([bytes], words: words) { bytes in
            do throws(SafetensorsError) {
                _ = try SafetensorsFile(bytes: bytes)
                return true
            } catch {
                return false
            }
        }
    }

    private static func load(_ text: String) -> RuleSet? {
        do throws(RuleSetError) {
            return try RuleSet.load(text: text, schema: Simulator.schema)
        } catch {
            return nil
        }
    }
}
