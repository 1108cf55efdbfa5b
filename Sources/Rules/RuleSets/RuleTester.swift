internal import Sequences
internal import Transactions

/// Runs a rule set's own fixtures, each from an empty past, through what decides in `run`.
public enum RuleTester {
    /// An expectation that was not met.
    public struct Failure: Hashable, Sendable, CustomStringConvertible {
        public let test: String
        /// Line of the event in the rule file.
        public let line: Int
        public let detail: String

        public var description: String { "line \(line): test '\(test)': \(detail)" }
    }

    /// All failures, in the order of the tests.
    public static func run(_ rules: RuleSet) -> [Failure] { rules.tests.flatMap { run($0, rules) } }

    /// Holds a rule set to its own fixtures; `file` is what diagnostics call it.
    ///
    /// - Throws: every expectation that was not met.
    public static func check(_ rules: RuleSet, file: String) throws(RuleSetError) {
        let diagnostics = run(rules).map { failure in
            RuleDiagnostic(
                file: file, line: failure.line, column: 1, rule: nil, field: "tests",
                message: "test '\(failure.test)': \(failure.detail)", excerpt: "")
        }
        guard diagnostics.isEmpty else {
            throw RuleSetError(diagnostics: diagnostics, lists: rules.lists.map(\.source))
        }
    }

    private static func run(_ test: RuleTest, _ rules: RuleSet) -> [Failure] {
        let bench = RuleBench(rules)
        var failures: [Failure] = []
        for event in test.events {
            let result = bench.take(
                event.transaction, modelScore: event.modelScore, review: test.review, decline: test.decline)
            guard let expectation = event.expectation else { continue }
            for detail in faults(of: result, expectation) {
                failures.append(Failure(test: test.name, line: event.line, detail: detail))
            }
        }
        return failures
    }

    private static func faults(of decision: Decision, _ expected: RuleTest.Expectation) -> [String] {
        var faults: [String] = []
        func check<Found: Equatable>(_ what: String, _ wanted: Found?, _ found: Found, _ text: (Found) -> String) {
            guard let wanted, wanted != found else { return }
            faults.append("\(what) \(text(wanted)) expected, found \(text(found))")
        }
        func names(_ state: RuleHit.State) -> Set<String> {
            Set(decision.hits.filter { $0.state == state }.map(\.rule))
        }
        func text(_ names: Set<String>) -> String { "[\(names.sorted().joined(separator: ", "))]" }
        check("decision", expected.decision, decision.disposition, \.rawValue)
        check("hits", expected.hits, names(.active), text)
        check("shadow", expected.shadow, names(.shadow), text)
        check("decided_by", expected.decidedBy, decision.decidedBy ?? "score", \.self)
        if let score = expected.score, abs(score - Double(decision.score)) > 1e-6 {
            faults.append("score \(NumberText.shortest(score)) expected, found \(decision.score)")
        }
        return faults
    }
}
