import Foundation
import Rules
import Testing
import Transactions

@Suite struct RuleSetTests {
    private func diagnostics(of text: String) -> [RuleDiagnostic] {
        do {
            _ = try RuleSet.load(text: text, file: "rules.yaml", schema: schema)
            return []
        } catch {
            return error.diagnostics
        }
    }

    @Test func actionsReadAndPrint() throws {
        let good: [(String, RuleAction)] = [
            ("allow", .force(.allow)), ("review", .force(.review)), ("decline", .force(.decline)),
            ("raise 0.3", .adjust(by: 0.3)), ("lower 1", .adjust(by: -1)), ("set 0.9", .set(to: 0.9)),
        ]
        for (text, action) in good {
            let rules = try RuleSet.load(text: "rules: [{id: a, when: 'true', action: \(text)}]", schema: schema)
            #expect(rules.rules[0].action == action)
            #expect(rules.rules[0].action.description == text)
        }
        for bad in [
            "block", "score 0.3", "score +2", "score +0", "score +nan", "score", "Review", "score +0x1", "score + 1",
            "raise 1.1", "raise", "lower -0.1", "set 2", "raise  0.1",
        ] {
            let found = diagnostics(of: "rules: [{id: a, when: 'true', action: '\(bad)'}]")
            #expect(
                found.count == 1 && found[0].message.hasPrefix("unknown action '\(bad)'; expected 'allow'"), "\(bad)")
        }
    }

    @Test func allFaultsAtOnceWithTheirPlaces() {
        let found = diagnostics(
            of: """
                rules:
                  - id: first
                    when: tx.amuont > 220.0 && tx.country == 3
                    action: block
                  - id: first
                    wehn: "true"
                    action: review
                    priority: high
                list: {}
                """)
        #expect(
            found.map { "\($0.line):\($0.column) \($0.rule ?? "-") \($0.field ?? "-") \($0.message)" } == [
                "3:11 first when unknown field 'tx.amuont'; did you mean 'tx.amount'?",
                "3:43 first when '==' does not apply to (string, int)",
                "4:13 first action unknown action 'block'; expected 'allow', 'review', 'decline', 'raise x', 'lower x' or 'set x' with x from 0 to 1",
                "5:5 first when the rule lacks 'when'",
                "5:9 first id the id 'first' is taken by the rule on line 2",
                "6:5 first - unknown key 'wehn'; did you mean 'when'?",
                "8:15 first priority expected a whole number within ±1000000",
                "9:1 - - unknown key 'list'; did you mean 'lists'?",
            ])
        #expect(
            found[0].description == """
                rules.yaml:3:11: rule 'first', field 'when': unknown field 'tx.amuont'; did you mean 'tx.amount'?
                        when: tx.amuont > 220.0 && tx.country == 3
                              ^^^^^^^^^
                """)
    }

    @Test func anAggregateHasAllItsFaultsAtOnce() {
        let found = diagnostics(
            of: """
                rules: []
                velocity:
                  spent:
                    function: sum
                    of: tx.amuont
                    window: 40d
                """)
        #expect(found.map(\.line) == [5, 6])
        #expect(found.first?.message.contains("did you mean 'tx.amount'?") == true)
        #expect(found.last?.message.contains("a window from 1m to 30d") == true)
    }

    /// An unsound rule, or one that is off, is still a rule that others may name.
    @Test func aFaultIsToldOnce() {
        let found = diagnostics(
            of: """
                rules:
                  - {id: first, when: tx.nothing > 1, action: review}
                  - {id: second, when: "true", action: review, state: off}
                snoozes:
                  - {rule: first, user: u, until: 2030-01-01}
                  - {rule: secnd, user: u, until: 2030-01-01}
                tests:
                  - {name: t, events: [{amount: 1}], expect: {hits: [first, second, third]}}
                """)
        #expect(
            found.map(\.message) == [
                "unknown field 'tx.nothing'; 'tx' has amount, country, distance, id, terminal, time, user",
                "no rule has the id 'secnd'; did you mean 'second'?",
                "no rule has the id 'third'",
            ])
    }

    /// A list that cannot be read is still a list that conditions may name.
    @Test(arguments: [
        ("{file: /nowhere/list}", "'/nowhere/list' cannot be read"), ("{table: gone}", "list 'gone' cannot be read"),
        ("{}", "expected either 'file' or 'table'"), ("text", "expected a list of strings"),
    ])
    func anUnreadableListIsToldOnce(list: String, message: String) throws {
        let text = "lists: {home: \(list)}\nrules: [{id: a, when: 'tx.id in lists.home', action: review}]"
        let error = #expect(throws: RuleSetError.self) {
            try RuleSet.load(text: text, schema: schema) { _ in throw CancellationError() }
        }
        let messages = try #require(error).diagnostics.map(\.message)
        #expect(messages.count == 1 && messages[0].contains(message), "\(messages)")
    }

    /// In a folded block the expression's line is still found in the file.
    @Test func placesInBlocksOfText() {
        let found = diagnostics(
            of: """
                rules:
                  - id: a
                    action: allow
                    when: |
                      tx.amount > 1.0
                        && tx.nope
                    reason: "of {tx.amunt}"
                """)
        #expect(found.map { "\($0.line):\($0.column)" } == ["6:12", "7:18"])
        #expect(found[1].message == "unknown field 'tx.amunt'; did you mean 'tx.amount'?")
    }

    @Test(arguments: [
        ("", 1, "the file is empty"), ("- a\n- b", 1, "expected a mapping"),
        ("rules: 3", 1, "expected a list of rules"),
        ("rules:\n  - [", 2, "not valid YAML"), ("rules: []\nrules: []", 1, "is given twice"),
        ("lists: {}", 1, "expected the key 'rules'"), ("rules: [x]", 1, "expected a rule"),
        ("rules: []\nlists: {a: b}", 2, "expected a list of strings"),
        ("rules: []\nlists:\n  a: [[b]]", 3, "expected a string"),
        ("rules:\n  - {id: a, when: tx.amount, action: review}", 2, "a condition is true or false, this is a double"),
        ("rules:\n  - {id: a, when: tx.amount > 3, action: review}", 2, "220.0 is a double"),
        ("rules:\n  - {id: a, when: 'tx == 1', action: review}", 2, "'tx' is a group of fields"),
        ("rules:\n  - {id: a, when: 'true', action: review, reason: 'x } y'}", 2, "a single '}'"),
        (
            "rules:\n  - {id: a, when: 'tx.id in lists.hme', action: review}\nlists: {home: [a]}", 2,
            "did you mean 'lists.home'?"
        ),
    ])
    func faultsOfOneKind(text: String, line: Int, message: String) {
        let found = diagnostics(of: text)
        #expect(found.count >= 1 && found[0].message.contains(message), "\(found)")
        #expect(found.first?.line == line || text.hasPrefix("rules:\n  - ["), "\(found)")
    }

    @Test func aSectionWithNothingInItIsEmpty() throws {
        let bare = try RuleSet.load(text: "rules: []", schema: schema)
        for name in ["lists", "velocity", "snoozes", "breakers", "tests"] {
            #expect(try RuleSet.load(text: "rules:\n\(name):\n", schema: schema).hash == bare.hash, "\(name)")
        }
    }

    @Test func theHashFollowsWhatDecides() throws {
        func hash(_ text: String) throws -> String { try RuleSet.load(text: text, schema: schema).hash }
        let base = try hash("rules: [{id: a, when: 'true', action: review}]\nlists: {b: [x, y]}")
        #expect(base.count == 64)
        #expect(
            try hash("# note\nlists:\n  b: [x, y]\nrules:\n  - action: review\n    id: a\n    when: true\n") == base)
        for changed in [
            "rules: [{id: b, when: 'true', action: review}]\nlists: {b: [x, y]}",
            "rules: [{id: a, when: 'false', action: review}]\nlists: {b: [x, y]}",
            "rules: [{id: a, when: 'true', action: allow}]\nlists: {b: [x, y]}",
            "rules: [{id: a, when: 'true', action: review, priority: 1}]\nlists: {b: [x, y]}",
            "rules: [{id: a, when: 'true', action: review, reason: r}]\nlists: {b: [x, y]}",
            "rules: [{id: a, when: 'true', action: review}]\nlists: {b: [xy]}",
        ] {
            #expect(try hash(changed) != base)
        }
        #expect(try hash("rules: []\nlists: {a: [list, b]}") != hash("rules: []\nlists: {a: [], b: []}"))
    }

    @Test func filesAreReadAndFaultsNameThem() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("rules: [{id: a, when: 'true', action: review}]".utf8).write(to: file)
        #expect(try RuleSet.load(path: file.path, schema: schema).rules.map(\.id) == ["a"])
        try Data([0x72, 0xFF]).write(to: file)
        for path in [file.path, "/nowhere/rules.yaml"] {
            do {
                _ = try RuleSet.load(path: path, schema: schema)
                Issue.record("\(path) was read")
            } catch {
                #expect(error.diagnostics.map(\.file) == [path])
            }
        }
    }
}
