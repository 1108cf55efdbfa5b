import ArgumentParser
import Foundation
import Pipeline
import Scoring

/// `vigil bench restore`: how fast users come back from their checkpoints.
struct BenchRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Measures how many users a second one thread restores from checkpoint records.")

    @Option(help: "Users to restore.")
    var users = 100_000

    @Option(help: "Events in each user's history, up to what the model keeps.")
    var events = 64

    @Option(help: "Model directory.")
    var model: String

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...10_000_000).contains(users) else { throw ValidationError("--users must be 1 to 10000000") }
        guard (1...10_000).contains(events) else { throw ValidationError("--events must be 1 to 10000") }
    }

    func run() async throws {
        let measured = try RestoreMeasurement(model: try Model.load(from: model), users: users, events: events)
        Terminal.say(
            String(
                format: "%d users of %.0f bytes in %.3f s: %.0f users/s on one thread", measured.users,
                measured.bytesPerUser, measured.seconds, measured.usersPerSecond))
        guard output.json else { return }
        try Terminal.json(
            Report(
                users: measured.users, bytesPerUser: measured.bytesPerUser, seconds: measured.seconds,
                usersPerSecond: measured.usersPerSecond))
    }

    private struct Report: Encodable {
        var users: Int
        var bytesPerUser: Double
        var seconds: Double
        var usersPerSecond: Double
    }
}
