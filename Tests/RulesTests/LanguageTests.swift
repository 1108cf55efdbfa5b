import Testing

@testable import Rules

@Suite struct LanguageTests {
    /// Expressions that must be true.
    @Test(arguments: [
        // Precedence and associativity.
        "1 + 2 * 3 == 7", "(1 + 2) * 3 == 9", "10 - 4 - 3 == 3", "100 / 10 / 5 == 2", "-2 * -3 == 6", "!false && true",
        "true || false && false", "false ? false : true ? true : false", "1 + 1 == 2 && 3 > 2", "- -1 == 1", "!!true",
        "-7 / 2 == -3", "-7 % 3 == -1", "7 % -3 == 1", "1 < 2 == true", "2 in [1, 2] == true", "1.5e3 == 1500.0",
        ".5 + 0.5 == 1.0", "0xFF == 255", "[1, 2,] == [1, 2]", "{'a': 1,}.a == 1", "1 // note\n == 1",
        // Code points, not bytes, not graphemes.
        "size('😀é') == 2", "size('e\\u0301') == 2", "'e\\u0301' != '\\u00e9'", "'\\U0001F600' == '😀'",
        "'\\U0001f600' == '😀'", "'\\377' == 'ÿ' && b'\\377' != b'ÿ'", "'z' < 'é' && '\\uffff' < '😀'",
        "'a😀b'.charAt(1) == '😀'", "'a😀b'.indexOf('b') == 2", "'ab'.split('') == ['a', 'b']", "''.split(',') == ['']",
        "'ab'.replace('', '-') == '-a-b-'", "'aaa'.replace('aa', 'b') == 'ba'", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "'hello'.charAt(5) == ''", "'hello mellow'.lastIndexOf('') == 12", "'hello'.indexOf('', 2) == 2",
        // Numbers across types, keys across types.
        "dyn(1) == 1u && dyn(1u) == 1.0", "{1: 'a'}[dyn(1.0)] == 'a'", "dyn(2u) in {2: true}", "dyn('1') != 1",
        "18446744073709551615u > 0u", "0.0 == -0.0", "!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)",
        // Failures that the other side decides over.
        "1 / 0 > 0 || true", "!(1 / 0 > 0 && false)", "true || 1 / 0 > 0", "false || (1 / 0 > 0 || true)",
        "[1, 0].exists(x, 4 / x == 4)", "!([0, 1].all(x, 4 / x == 5))", "true ? true : 1 / 0 > 0",
        // Macros.
        "[1, 2, 3].map(x, x * 2) == [2, 4, 6]", "[1, 2, 3].map(x, x > 1, x * 2) == [4, 6]",
        "[3, 4].filter(x, x > 3) == [4]", "{'a': 1, 'b': 2}.map(k, k) == ['a', 'b']",
        "[[1, 2], [3]].map(l, l.map(x, x + 1)) == [[2, 3], [4]]",
        "['x', 'y'].transformList(i, v, string(i) + v) == ['0x', '1y']",
        "{'a': 1}.transformMap(k, v, v > 1, v) == {}", "['a'].transformMapEntry(i, v, {v: i}) == {'a': 0}",
        "[1, 1].exists_one(x, x == 1) == false", "[].all(x, false)", "![].exists(x, true)", "has({'a': null}.a)",
        "[1].exists(x, [2].exists(y, x + y == 3 && [x].exists(x, x == 1)))",
        // Times.
        "timestamp('2024-02-29T12:00:00+02:00') == timestamp('2024-02-29T10:00:00Z')",
        "duration('1h30m') == duration('5400s') && duration('-1.5s') == duration('-1500ms')",
        "timestamp('2024-03-31T00:30:00Z').getHours('Europe/Berlin') == 1",
        "timestamp('2024-03-31T01:30:00Z').getHours('Europe/Berlin') == 3",
        "duration('3.25s').getMilliseconds() == 250",
        "timestamp('1969-12-31T23:59:59Z').getDayOfWeek() == 3",
        "timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365",
        "string(timestamp('2024-01-01T00:00:00.120Z')) == '2024-01-01T00:00:00.12Z'",
        "string(duration('-90s')) == '-90s'",
        "string(1e21) == '1e+21' && string(1e20) == '100000000000000000000' && string(0.00001) == '0.00001'",
        "string(1.5e-7) == '1.5e-07' && string(100.0) == '100'",
        // Numbers and text.
        "double('Infinity') > 1e308 && double('-Infinity') < 0.0 && double('1e-400') == 0.0",
        "math.round(-1.5) == -2.0 && math.trunc(-1.9) == -1.0", "math.bitShiftRight(-1, 1) == 9223372036854775807",
        "'%s %.2f %x'.format([[1, 'a'], 2.675, 255]) == '[1, a] 2.67 ff'", "'%d%%'.format([5]) == '5%'",
    ])
    func holds(_ text: String) throws {
        #expect(identical(try evaluate(text), .bool(true)))
    }

    @Test(arguments: [
        ("9223372036854775807 + 1", Failure.Kind.overflow), ("-9223372036854775808 - 1", .overflow),
        ("-(-9223372036854775808)", .overflow), ("-9223372036854775808 / -1", .overflow),
        ("-9223372036854775808 % -1", .overflow), ("0u - 1u", .overflow), ("1 / 0", .divideByZero),
        ("1u % 0u", .divideByZero),
        ("int(9.3e18)", .outOfRange), ("uint(-1.0)", .outOfRange), ("[1][1]", .indexOutOfRange),
        ("{'a': 1}['b']", .noSuchKey),
        ("dyn('a') + 1", .noSuchOverload), ("{'a': 1, 'a': 2}", .invalidArgument), ("{1: 1, 1u: 2}", .invalidArgument),
        ("1 / 0 > 0 && true", .divideByZero), ("[0].exists_one(x, 1 / x > 0)", .divideByZero),
        ("'%d'.format([])", .invalidArgument),
        ("timestamp('2024-01-01T00:00:00Z').getHours('Nowhere/City')", .invalidArgument),
        ("timestamp(253402300800)", .outOfRange), ("duration('290y')", .outOfRange), ("double('1 ')", .invalidArgument),
        ("double('1e400')", .outOfRange), ("double('-1e400')", .outOfRange),
        ("int('0x10')", .invalidArgument), ("'a'.indexOf('a', 2)", .outOfRange),
        ("math.greatest([])", .invalidArgument),
        ("dyn(1) && true", .noSuchOverload),
    ])
    func fails(_ text: String, kind: Failure.Kind) throws {
        let error = #expect(throws: Failure.self) { try evaluate(text, checked: false) }
        #expect(error?.kind == kind)
    }

    /// What the checker must refuse, and where the carets point.
    @Test(arguments: [
        ("1 + 1u", "'+' does not apply to (int, uint)", "  ^"),
        ("1 == 1.0", "'==' does not apply to (int, double)", "  ^^"),
        ("1 && true", "'&&' needs a bool, found int", "^"), ("true ? 1 : 'a'", "both branches", "     ^"),
        ("x", "unknown name 'x'", "^"), ("'a'.foo()", "unknown function 'foo'", "    ^^^"),
        ("'a'.startWith('b')", "did you mean 'startsWith'?", "    ^^^^^^^^^"),
        ("size(1)", "'size' does not apply to (int)", "^^^^"),
        ("'a'.charAt()", "'charAt' takes 1 arguments", "    ^^^^^^"),
        ("startsWith('a', 'b')", "is called as x.startsWith()", "^^^^^^^^^^"),
        ("[1, 2].all(x, x)", "needs a bool, found int", "              ^"),
        ("1.all(x, true)", "a macro runs over a list", "^"),
        ("[1].all(1, true)", "name of a variable", "        ^"), ("!1", "'!' does not apply to (int)", "^"),
        ("'é' + 1", "'+' does not apply to (string, int)", "    ^"), ("{1.5: 2}", "a map's key", " ^^^"),
        ("'a'.matches('(')", "the pattern is not valid: '(' is not closed", "            ^^^"),
        ("duration('3 days')", "a duration is written as", "         ^^^^^^^^"),
        ("1 +", "found the end of the expression", "   ^"),
        ("(1", "expected ')'", "  ^"), ("a.b.", "expected a field name", "    ^"),
        ("1 = 1", "compare with '=='", "  ^"),
        ("'abc", "not closed", "^^^^"), ("99999999999999999999", "does not fit 64 bits", "^^^^^^^^^^^^^^^^^^^^"),
        ("1a", "run into a name", "^^"),
        ("T{a: 1}", "messages are not supported", "^"), ("has(a)", "has() takes one field", "^^^"),
        ("while", "reserved word", "^^^^^"),
        ("'\\ud83d\\ude03'", "a surrogate is no code point", " ^^"),
        ("'\\q'", "unknown escape", " ^^"), ("b'\\u0041'", "unknown escape", "  ^^"),
        ("[1, 2, 3].exists(x, x > 'a')", "'>' does not apply", "                      ^"),
        ("type(1) + 1", "'+' does not apply to (type, int)", "        ^"),
    ])
    func isRefused(_ text: String, message: String, carets: String) throws {
        let error = #expect(throws: ExpressionFault.self) { try evaluate(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.excerpt(of: text) == text + "\n" + carets)
    }

    /// Whatever the operands are compiled to: one that decides does so, else one that fails, else the other truth.
    @Test(arguments: [("&&", false), ("||", true)]) func chainsDecideAsTheirOperandsDo(symbol: String, decisive: Bool) {
        let operands: [(text: String, value: Bool?)] = [
            ("x > 0", true), ("(x < 0)", false), ("x == y", true), ("s != 'a'", false), ("s == 'a'", true),
            ("1 / (x - 1) > 0", nil), ("dyn(x)", nil), ("t", true), ("!t", false), ("s > x", nil),
        ]
        let bindings: [String: Value] = ["x": .int(1), "y": .double(1), "s": .string("a"), "t": .bool(true)]
        for first in operands {
            for second in operands {
                for third in operands {
                    let chain = [first, second, third]
                    let text = chain.map(\.text).joined(separator: " \(symbol) ")
                    let isKnown = chain.allSatisfy { $0.value != nil }
                    let expected = chain.contains { $0.value == decisive } ? decisive : isKnown ? !decisive : nil
                    let value = try? evaluate(text, bindings, checked: false)
                    let isRight = value.map { identical($0, .bool(expected == true)) && expected != nil }
                    #expect(isRight ?? (expected == nil), "\(text)")
                }
            }
        }
    }

    @Test func allFaultsOfAnExpressionAreFound() throws {
        let faults = Checker.check(try Parser.parse("nope > 1 && 1 + 'a' == 2 || size(3) > 0"), names: NameTable())
            .faults
        #expect(faults.map(\.span.start) == [0, 14, 28])
    }

    @Test func nestingIsBounded() throws {
        let levels = Parser.depthLimit
        #expect(
            identical(
                try evaluate(
                    String(repeating: "(", count: levels - 1) + "1" + String(repeating: ")", count: levels - 1)),
                .int(1)))
        for text in [
            String(repeating: "(", count: 100_000) + "1", String(repeating: "[", count: 50_000),
            String(repeating: "!", count: 60_000) + "true",
            "1" + String(repeating: " + 1", count: 10_000), "a" + String(repeating: ".a", count: 10_000),
            "a" + String(repeating: "[0]", count: 10_000), String(repeating: "true ? ", count: 5000),
            String(repeating: "x.map(x, ", count: 5000), String(repeating: "1", count: 70_000),
        ] {
            #expect(throws: ExpressionFault.self) { try evaluate(text, checked: false) }
        }
        let wide = (0..<2000).map { "\($0) == \($0)" }.joined(separator: " && ")
        #expect(identical(try evaluate(wide), .bool(true)))
    }

    /// Each would take ages or all memory without its bound.
    @Test(arguments: [
        String(repeating: "[0, 1].all(x, ", count: 40) + "true" + String(repeating: ")", count: 40),
        "[[1]]" + String(repeating: ".map(x, x + x)", count: 40) + " == []",
        "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']" + String(repeating: ".map(x, x + x + x + x)", count: 30) + " == []",
        "[[1]]" + String(repeating: ".map(x, [x, x])", count: 60) + " == [[1]]"
            + String(repeating: ".map(x, [x, x])", count: 60),
        "'%s'.format([[0]" + String(repeating: ".map(x, [x, x])", count: 40) + "]) == ''",
        "['a']" + String(repeating: ".map(x, x.replace('', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))", count: 20)
            + " == []",
    ])
    func evaluationIsBounded(_ text: String) throws {
        let error = #expect(throws: Failure.self) { try evaluate(text, checked: false) }
        #expect(error?.kind == .costExceeded)
    }
}
