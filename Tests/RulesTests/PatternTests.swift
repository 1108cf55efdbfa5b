import Testing

@testable import Rules

@Suite struct PatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        var matcher = PatternMatcher()
        var budget = Budget()
        return matcher.matches(try Pattern.compile(pattern).get(), in: text, budget: &budget)
    }

    @Test(arguments: [
        ("abc", "xabcx"), ("^abc$", "abc"), ("a|b|cd", "xcd"), ("^(ab)+$", "ababab"), ("^a{2,3}$", "aaa"),
        ("^a{2,}$", "aaaaa"),
        ("^[a-c]+$", "abc"), ("^[^a-c]+$", "xyz"), ("^[]a]+$", "]a"), ("^[a-]+$", "-a"), ("\\d+\\.\\d", "v12.5"),
        ("\\bcat\\b", "a cat"),
        ("\\Bat", "cat"), ("(?i)straße", "STRAßE"), ("(?i:A)b", "ab"), ("^a.c$", "aéc"), ("(?s)a.b", "a\nb"),
        ("(?m)^b$", "a\nb\nc"),
        ("^\\p{Lu}\\p{Ll}+$", "Élan"), ("\\x41\\x{1F600}", "A😀"), ("\\Qa.b\\E", "a.b"), ("[[:digit:]]{3}", "a123"),
        ("^(?P<x>a)(?:b)$", "ab"),
        ("", ""), ("a*", ""), ("^$", ""), ("x{", "x{"), ("a??b", "b"), ("^\\D\\W\\S$", "a-b"), ("\\p{Greek}", "α"),
        ("^\\P{L}$", "1"), ("()()", "a"), ("((a{0,10}){10}){10}", ""), ("(((a*){10}){10}){10}", ""),
        ("((a{31}){32})*", ""),
        // Simple case folding: letters of three and more cases, and what only folds to another.
        ("(?i)^k$", "\u{212A}"), ("(?i)^\u{212A}$", "k"), ("(?i)^[a-z]$", "ſ"), ("(?i)^ſ$", "S"),
        ("(?i)^\u{B5}$", "\u{3BC}"), ("(?i)^ẞ$", "ß"), ("(?i)^ǅ$", "ǆ"), ("(?i)^ς$", "Σ"),
        ("(?i)^[\\x{100}-\\x{1000}]$", "s"),
    ])
    func matchesText(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    @Test(arguments: [
        ("abc", "ab"), ("^a$", "ba"), ("^a{2,3}$", "aaaa"), ("a.b", "a\nb"), ("\\bat", "cat"), ("[^a]", "a"),
        ("^b$", "a\nb"), ("A", "a"),
        ("^[a-c]$", "d"), ("\\d", "٣"), ("^(a|b)$", "ab"), ("(?i)^[a-z]$", "ı"), ("(?i)^i$", "İ"), ("(?i)^ß$", "s"),
    ])
    func doesNotMatchText(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    @Test(arguments: [
        "(", ")", "[", "a**", "*", "a{3,2}", "a{1001}", "\\", "(a)\\1", "(?=a)", "[z-a]", "\\p{Nope}", "[[:nope:]]",
        "(?<", "\\x{110000}",
        "((((a{100}){100}){100}){100})", "(((a{10}){10}){10}){10}", "(((a{10}b?){10}|c){10}){2}", "((a{32}){32,})",
        "((((){1000}){1000}){1000})", String(repeating: "(", count: 200), "\\8",
    ])
    func isRefused(pattern: String) {
        #expect(throws: PatternFault.self) { try Pattern.compile(pattern).get() }
    }

    /// A back-tracking engine needs 2^n steps here.
    @Test func timeIsLinear() throws {
        let text = String(repeating: "a", count: 20_000)
        #expect(try !matches("^(a+)+$", text + "b"))
        #expect(try !matches("^(a|a)*$", text + "b"))
        #expect(try matches("(.*)(.*)(.*)(.*)a$", text))
    }
}
