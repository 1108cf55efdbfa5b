import ArgumentParser
import Rules
import Transactions

/// `vigil rules check`: whether a rule set means something, and where it does not.
struct RulesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks a rule set against a schema; exit code 2 where it is bad.",
        discussion: "Also says what its aggregates may take in memory. Lists kept in tables are taken to be empty.")

    @OptionGroup var file: RuleFileOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let schema = try file.loadSchema()
        do throws(RuleSetError) {
            report(try RuleSet.load(path: file.rules, schema: schema))
        } catch {
            if output.json { try Terminal.json(Verdict(error)) }
            throw error
        }
    }

    private func report(_ set: RuleSet) {
        let count = set.rules.count
        Terminal.say(
            "\(file.rules): \(count) \(count == 1 ? "rule" : "rules")"
                + (set.offCount > 0 ? " and \(set.offCount) off" : "") + ", \(set.tests.count) tests, hash \(set.hash)")
        for velocity in set.velocityDeclarations {
            let window = DurationText.text(milliseconds: velocity.windowMilliseconds)
            let bucket = DurationText.text(milliseconds: velocity.bucketMilliseconds)
            let memory =
                velocity.bytesPerUser.map { "at most \($0) bytes a user" }
                ?? "completed buckets only: at most \(bucket) old, and \(velocity.bytesPerBucket ?? 0) bytes each "
                + "for every entity and partition"
            Terminal.say(
                "  velocity.\(velocity.name): \(velocity.function.rawValue) over \(window) in buckets of \(bucket) by "
                    + "\(velocity.entity ?? "user"), \(memory)")
        }
        if set.velocityBytesPerUser > 0 {
            Terminal.say(
                "  all aggregates of a user: at most \(set.velocityBytesPerUser) bytes; those that agree share theirs")
        }
        if output.json { try? Terminal.json(Verdict(set)) }
    }

    private struct Verdict: Encodable {
        struct Diagnostic: Encodable {
            var file: String
            var line: Int
            var column: Int
            var rule: String?
            var field: String?
            var message: String
        }

        var valid: Bool
        var rules: Int?
        var hash: String?
        /// The most that aggregates take of one user, in bytes.
        var velocityBytesPerUser: Int?
        var diagnostics: [Diagnostic] = []

        init(_ set: RuleSet) {
            valid = true
            rules = set.rules.count
            hash = set.hash
            velocityBytesPerUser = set.velocityBytesPerUser
        }

        init(_ error: RuleSetError) {
            valid = false
            diagnostics = error.diagnostics.map {
                Diagnostic(
                    file: $0.file, line: $0.line, column: $0.column, rule: $0.rule, field: $0.field,
                    message: $0.message)
            }
        }
    }
}
