import ArgumentParser
import Foundation
import Pipeline
import Rules
import Scoring
import Sequences

/// `vigil bench restore`: how fast users come back from their checkpoints.
struct BenchRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Measures how many users a second one thread restores from checkpoint records.",
        discussion: """
            A thousand users' histories, made by the model's own features of made-up transactions, stand for all. --rules \
            gives them the aggregates of a rule set as well.
            """)

    @Option(help: "Users to restore.")
    var users = 100_000

    @Option(help: "Events in each user's history; without it as many as the model keeps.")
    var events: Int?

    @Option(help: "Model directory.")
    var model: String

    @Option(help: ArgumentHelp("Rule file whose aggregates the users have.", valueName: "file"))
    var rules: String?

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...10_000_000).contains(users) else { throw ValidationError("--users must be 1 to 10000000") }
        guard (1...10_000).contains(events ?? 1) else { throw ValidationError("--events must be 1 to 10000") }
    }

    func run() async throws {
        let workload = try ScoringWorkload(model: try Model.load(from: model))
        let measured = try RestoreMeasurement(model: workload.model, states: try states(workload), users: users)
        Terminal.say(
            String(
                format: "%d users of %.0f bytes in %.3f s: %.0f users/s on one thread; %.1f µs to write a record, "
                    + "%.1f µs to open a history", measured.users, measured.bytesPerUser, measured.seconds,
                measured.usersPerSecond, measured.writeMicroseconds, measured.unpackMicroseconds))
        guard output.json else { return }
        try Terminal.json(
            Report(
                users: measured.users, bytesPerUser: measured.bytesPerUser, seconds: measured.seconds,
                usersPerSecond: measured.usersPerSecond, writeMicroseconds: measured.writeMicroseconds,
                unpackMicroseconds: measured.unpackMicroseconds))
    }

    private func states(_ workload: ScoringWorkload) throws -> [UserState] {
        let rules = try rules.map { try RuleSet.load(path: $0, schema: workload.model.encoder.schema) }
        let scorer = try Scorer(model: workload.model, rules: rules ?? workload.rules, cacheMemoryBytes: .max / 16)
        let states = (0..<min(users, 1000)).map { _ in scorer.newUser() }
        for number in 0..<states.count * (events ?? workload.model.historyLength) {
            let user = number % states.count
            scorer.absorb(
                .init(transaction: workload.transaction(number * 20, user: user), user: states[user]),
                ledger: workload.ledger)
        }
        return states
    }

    private struct Report: Encodable {
        var users: Int
        var bytesPerUser: Double
        var seconds: Double
        var usersPerSecond: Double
        var writeMicroseconds: Double
        var unpackMicroseconds: Double
    }
}
