import ArgumentParser
import Rules

/// `vigil rules test`: the rule set's own fixtures.
struct RulesTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the tests that a rule set carries; exit code 1 where one fails.")

    @OptionGroup var file: RuleFileOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let set = try file.load()
        let failures = RuleTester.run(set)
        for failure in failures { Terminal.say("\(file.rules): \(failure)") }
        let failed = Set(failures.map(\.test))
        Terminal.say("\(set.tests.count - failed.count) of \(set.tests.count) tests passed")
        if output.json {
            try Terminal.json(
                Report(
                    tests: set.tests.count, passed: set.tests.count - failed.count,
                    failures: failures.map { .init(test: $0.test, line: $0.line, detail: $0.detail) }))
        }
        guard failures.isEmpty else { throw Failure("\(failed.count) of \(set.tests.count) tests failed") }
    }

    private struct Report: Encodable {
        struct Line: Encodable {
            var test: String
            var line: Int
            var detail: String
        }

        var tests: Int
        var passed: Int
        var failures: [Line]
    }
}
