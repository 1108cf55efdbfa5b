import Foundation
import Sequences
import Testing
import Transactions

@testable import Rules

@Suite struct RuleFormatterTests {
    private static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)])

    private static let untidy = """


        # Rules of the test.
        velocity:
          n:   { function: count_if, when: "tx.amount>5.0", window: 1h }   # an hour


        rules:
          - id: a   \("")
            when: ((tx.amount)>10.50)&&!( tx.terminal=='t1' )   # why
            action: score +0.30
            reason: |
              first

              second
          # before b
          - {id: b, when: 'tx.terminal in ["t1","t2"]', action: review}
          - id: c
            when: >-
              tx.amount > 1.0
              &&   velocity.n>3
            action: decline
          - id: d
            when: tx.amount > 10000.0 && tx.terminal != "a-terminal-with-a-name-that-is-too-long" && (velocity.n > 10 || tx.amount < 5.0)
            action: review
          - id: e
            when: |
              tx.amount>1.0 // comments stay
              && velocity.n>3
            action: review
        """

    private static let tidy = """
        # Rules of the test.
        velocity:
          n:   { function: count_if, when: tx.amount > 5.0, window: 1h }   # an hour

        rules:
          - id: a
            when: tx.amount > 10.5 && !(tx.terminal == "t1")   # why
            action: raise 0.3
            reason: |
              first

              second
          # before b
          - {id: b, when: 'tx.terminal in ["t1", "t2"]', action: review}
          - id: c
            when: tx.amount > 1.0 && velocity.n > 3
            action: decline
          - id: d
            when: >-
              tx.amount > 10000.0
              && tx.terminal != "a-terminal-with-a-name-that-is-too-long"
              && (velocity.n > 10 || tx.amount < 5.0)
            action: review
          - id: e
            when: |
              tx.amount>1.0 // comments stay
              && velocity.n>3
            action: review

        """

    @Test func filesAreTidiedAndCommentsStay() throws {
        let formatted = try RuleFormatter.format(Self.untidy)
        #expect(formatted == Self.tidy)
        #expect(try RuleFormatter.format(formatted) == formatted)
        try expectSame(Self.untidy, formatted)
    }

    @Test func theExampleIsTidy() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Schemas/examples/rules.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(try RuleFormatter.format(text) == text)
    }

    /// A few aliases of aliases say more than memory holds.
    @Test func aliasesOfAliasesAreRefused() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(throws: RuleSetError.self) { try RuleFormatter.format(text + "rules: *a30\n") }
        let few = "lists: {l: &l [x, y], m: *l}\nrules: []\n"
        #expect(try RuleFormatter.format(few) == few)
    }

    @Test func whatIsNoExpressionIsPointedAt() throws {
        let error = #expect(throws: RuleSetError.self) {
            try RuleFormatter.format("rules:\n  - id: a\n    when: tx.amount >\n    action: review\n")
        }
        #expect(error?.diagnostics.first?.line == 3 && error?.diagnostics.first?.field == "when")
        #expect(throws: RuleSetError.self) { try RuleFormatter.format("rules: [") }
    }

    /// Random files: the same set before and after, and nothing more to format.
    @Test(arguments: [UInt64(3), 4])
    func formattingChangesNothingThatIsMeant(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<150 {
            let text = Self.file(&random)
            let formatted = try RuleFormatter.format(text)
            #expect(try RuleFormatter.format(formatted) == formatted, "\(text)")
            try expectSame(text, formatted)
        }
    }

    private func expectSame(_ text: String, _ formatted: String) throws {
        let (before, after) = try (
            RuleSet.load(text: text, schema: Self.schema), RuleSet.load(text: formatted, schema: Self.schema)
        )
        #expect(before.hash == after.hash, "\(text)\n---\n\(formatted)")
        #expect(before.rules.map(\.meaning) == after.rules.map(\.meaning))
        #expect(
            before.velocityDeclarations.map(\.specification.id) == after.velocityDeclarations.map(\.specification.id))
        #expect(
            before.lists == after.lists && before.snoozes == after.snoozes && before.tests.count == after.tests.count)
        #expect(text.count { $0 == "#" } == formatted.count { $0 == "#" })
    }

    private static func condition(_ depth: Int, _ random: inout SeededGenerator) -> String {
        func blank() -> String { ["", " ", "  "][Int.random(in: 0..<3, using: &random)] }
        func below() -> String { condition(depth - 1, &random) }
        guard depth > 0 else {
            return [
                "tx.amount\(blank())>\(blank())1.50", "(tx.terminal)==\(blank())'t1'",
                "tx.terminal.matches(\"a\\\\d+\")",
                "has( tx.terminal )", "tx.terminal in ['it\\'s',\"#1: x\"]", "user.events_seen>=  -(3)", "true",
            ].randomElement(using: &random) ?? ""
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return "(\(below())) && \(blank())(\(below()))"
        case 1: return "(\(below()))||(\(below()))"
        case 2: return "!(\(below()))"
        case 3: return "(\(below())) ? (\(below())) : (\(below()))"
        default: return "[\(below()),\(below())].exists( x,x )"
        }
    }

    private static func file(_ random: inout SeededGenerator) -> String {
        var text = "# one\n\nrules:\n"
        for number in 0..<Int.random(in: 1...4, using: &random) {
            let condition = condition(Int.random(in: 0...4, using: &random), &random)
            let quoted = "'" + condition.replacing("'", with: "''") + "'"
            if Bool.random(using: &random) { text += "\n\n  # rule \(number)  \n" }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text += "  - {id: r\(number), action: score -0.10, when: \(quoted)}\n"
            case 1: text += "  - id: r\(number)\n    when: >\n      \(condition)\n    action: review   # yes\n"
            case 2: text += "  - when: |-\n        \(condition)\n    id: r\(number)\n    action: 'decline'\n"
            default: text += "  - id: r\(number)   \n    when: \(quoted)  # why\n    action: set 0.50\n\n"
            }
        }
        return text
    }
}

extension Rule {
    /// All but how it is written and where.
    fileprivate var meaning: [String] {
        [
            id, description ?? "", ExpressionText.canonical(condition) ?? condition, action.description, tier.rawValue,
            String(priority), reason, owner ?? "", state.rawValue, String(sample),
        ]
    }
}
