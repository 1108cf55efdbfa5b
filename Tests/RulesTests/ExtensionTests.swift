import Testing

@testable import Rules

/// Lists, sets, encoders and bindings beyond the specification's standard definitions, as cel-go has them.
@Suite struct ExtensionTests {
    @Test(arguments: [
        "cel.bind(a, 2, cel.bind(b, a + 1, a * b)) == 6", "cel.bind(x, 1 / 0, true || x > 1)",
        "[1, 2].map(e, cel.bind(d, e * 2, d + e)) == [3, 6]", "[1, 2, 3, 4].slice(1, 3) == [2, 3]",
        "[].slice(0, 0) == []", "[[1], [2, [3]]].flatten() == [1, 2, [3]]",
        "[1, [2, [3, [4]]]].flatten(2) == [1, 2, 3, [4]]",
        "[3, 1, 2].sort() == [1, 2, 3]", "['b', 'a'].sort() == ['a', 'b']", "[].sort() == []",
        "[1, 2, 1, 1u, 'a', 'a', [1], [1]].distinct() == [1, 2, 'a', [1]]", "[1, 2, 3].reverse() == [3, 2, 1]",
        "lists.range(4) == [0, 1, 2, 3]", "sets.contains([1, 2, 3], [3, 1, 1])", "!sets.contains([1], [2])",
        "sets.contains([1], [])", "sets.intersects([1, 2], [2, 9]) && !sets.intersects([1], [])",
        "sets.equivalent([1, 2, 2], [2u, 1.0])", "!sets.equivalent([1], [1, 2])",
        "base64.encode(b'hello') == 'aGVsbG8='", "base64.decode('aGVsbG8') == b'hello'",
        "base64.decode('aGVsbG8=') == b'hello'",
    ])
    func holds(text: String) throws {
        #expect(identical(try evaluate(text), .bool(true)), "\(text)")
    }

    @Test(arguments: [
        "[1, 2].slice(0, 3)", "[1, 2].slice(-1, 1)", "[1, 2].slice(2, 1)", "[1].flatten(-1)", "[1, dyn('a')].sort()",
        "[[1], [2]].sort()", "lists.range(-1)", "base64.decode('?')", "lists.range(1000000000)",
        "cel.bind(a, 1 / 0, a)",
    ])
    func fails(text: String) {
        #expect(throws: Failure.self, "\(text)") { try evaluate(text) }
    }

    @Test(arguments: [
        ("cel.bind(1, 2, 3)", "the name of a variable"), ("cel.bind(a, 'x', a + 1)", "does not apply to (string, int)"),
        ("sets.contains([1], ['a'])", "does not apply"), ("lists.range('a')", "does not apply"),
        ("[1].slise(0, 1)", "did you mean 'slice'?"),
    ])
    func isRefused(text: String, message: String) {
        do throws(any Error) {
            _ = try evaluate(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect((error as? ExpressionFault)?.message.contains(message) == true, "\(error)")
        }
    }

    @Test func bindingsKeepTheirForm() {
        #expect(ExpressionText.canonical("cel.bind( a,1+2 , a>2 )") == "cel.bind(a, 1 + 2, a > 2)")
    }
}
