import Testing

@testable import Rules

@Suite struct ExpressionTextTests {
    @Test(
        arguments: [
            ("a+b*c", "a + b * c"), ("(a+b)*c", "(a + b) * c"), ("a-(b-c)", "a - (b - c)"), ("(a-b)-c", "a - b - c"),
            ("!( a in [1,2,] )", "!(a in [1, 2])"), ("-(5)", "-(5)"), ("- 5", "-5"), ("-(-5)", "--5"),
            ("!(-x)", "!(-x)"),
            ("(a?b:c)?d:(e?f:g)", "(a ? b : c) ? d : e ? f : g"), ("a||(b&&c)", "a || b && c"),
            ("(a||b)&&c", "(a || b) && c"),
            ("(tx.a)>1.50", "tx.a > 1.5"), ("(a.b).c", "(a.b).c"), ("'it''s'", nil), ("'it\\'s'", "\"it's\""),
            ("'say \"x\"'", "'say \"x\"'"), ("\"\\\\d+\"", "r\"\\d+\""), ("has( tx.`a-b` )", "has(tx.`a-b`)"),
            ("l.existsOne(x,x>1)", "l.exists_one(x, x > 1)"), ("{'a':1,}", "{\"a\": 1}"), ("0x1F", "31"),
            ("1e3", "1000.0"),
            (".a.b(1)", ".a.b(1)"), (".has()", ".has()"), (".has(a.b)", ".has(a.b)"), ("b'\\xff'", "b\"\\xff\""),
            ("(1).a", "1.a"),
            ("-9223372036854775808", "-9223372036854775808"),
        ] as [(String, String?)])
    func textIsCanonical(source: String, expected: String?) {
        #expect(ExpressionText.canonical(source) == expected)
    }

    @Test func commentsKeepAnExpressionAsItIs() {
        #expect(ExpressionText.canonical("a // why\n && b") == nil)
        #expect(ExpressionText.canonical("a == '//'") == "a == \"//\"")
    }

    /// Whatever parses is written so that it parses to the same tree, and writing that changes nothing more.
    @Test(arguments: [UInt64(11), 12])
    func parsingTheTextGivesTheTreeAgain(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var parsed = 0
        for round in 0..<FuzzTests.rounds {
            let source = FuzzTests.expression(round, &random)
            guard let tree = try? Parser.parse(source) else { continue }
            let text = ExpressionText.of(tree)
            let again = try #require(try? Parser.parse(text), "\(source) became \(text)")
            #expect(again.shape == tree.shape, "\(source) became \(text)")
            #expect(ExpressionText.of(again) == text)
            parsed += 1
        }
        #expect(parsed > FuzzTests.rounds * 2 / 5)
    }
}

extension Expression {
    /// The tree without places in the text and without parentheses that mean nothing.
    fileprivate var shape: String {
        switch kind {
        case .literal(let value): "\(value)"
        case .name(let name, let isAbsolute): "name(\(name) \(isAbsolute))"
        case .select(let operand, let field, let isTest): "select(\(operand.received) \(field) \(isTest))"
        case .call("@grouped", _, let arguments): arguments.map(\.shape).joined()
        case .call(let name, let target, let arguments):
            "call(\(name) \(target?.received ?? "") \(arguments.map(\.shape)))"
        case .logical(let sign, let operands): "\(sign)\(operands.map(\.shape))"
        case .conditional(let condition, let then, let otherwise):
            "if(\(condition.shape) \(then.shape) \(otherwise.shape))"
        case .list(let elements): "list\(elements.map(\.shape))"
        case .map(let entries): "map\(entries.map { $0.key.shape + $0.value.shape })"
        case .comprehension(let own):
            "\(own.form)(\(own.range.received) \(own.variable) \(own.second ?? "") \(own.condition?.shape ?? "") "
                + "\(own.body.shape))"
        }
    }

    /// Of what a field is taken, parentheses around a dotted name matter.
    private var received: String {
        if case .call("@grouped", _, _) = kind { "grouped(\(shape))" } else { shape }
    }
}
