import ArgumentParser
import Foundation
import Logging
import Postgres

/// `vigil-chaos`: breaks running processors in every way it can, then counts what they left behind.
@main
struct Chaos: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigil-chaos",
        abstract: "Kills, freezes, restarts and rescales processors, moves brokers, stops PostgreSQL; then counts.",
        discussion: """
            Every round publishes numbered transactions, of which a rule makes known ones alerts, to an embedded cluster; \
            three 'vigil run' work on them while faults happen, chosen by the seed. Afterwards PostgreSQL and the review \
            topic must hold every alert, once, with the scores of an undisturbed run. Exit code 1 where they do not; the \
            logs of a round that failed stay in the run's directory.
            """)

    @Option(help: "What everything is chosen by.")
    var seed: UInt64 = .random(in: 1...999_999)

    @Option(help: "How many rounds.")
    var rounds = 5

    @Option(help: "Processors killed with -9 in a round, at least.")
    var kills = 3

    @Option(help: "Transactions in a round.")
    var transactions = 6000

    @Option(help: "Seconds a round's transactions are published and disturbed for, at least.")
    var seconds = 10.0

    @Option(name: .customLong("vigil"), help: "The program to break; the one beside this by default.")
    var binary: String?

    @Option(help: "Where model and logs are kept.")
    var directory = "/tmp/vigil-chaos"

    @Flag(help: "Only cooperative rebalances, instead of every other round.")
    var cooperative = false

    @Flag(help: "Keep every round's logs.")
    var keepLogs = false

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    static let quiet = Logger(label: "vigil-chaos") { _ in SwiftLogNoOpLogHandler() }

    /// One line for a person.
    static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
        guard kills >= 0 else { throw ValidationError("--kills must not be negative") }
        guard (100...1_000_000).contains(transactions) else {
            throw ValidationError("--transactions must be 100 to 1000000")
        }
        guard seconds > 0 else { throw ValidationError("--seconds must be positive") }
    }

    func run() throws {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("vigil").path
        let files = try RunFiles(path: directory, binary: binary ?? beside)
        Self.say("seed \(seed), \(rounds) rounds")
        try files.prepareModel()
        let server = try ThrowawayServer(ThrowawayServer.Options(isDurable: true))
        defer { server.stop() }
        let feed = Feed(seed: seed, transactions: transactions, days: 12)
        let calm = try Round(
            name: "undisturbed", seed: seed, feed: feed, server: server, files: files, size: 1, cooperative: false)
        let (first, reference) = try calm.undisturbed()
        guard first.isClean else { throw ChaosFault("even undisturbed: \(first.findings)") }
        files.forget(calm.name)
        var random = SeededGenerator(seed: seed)
        var sum = Verdict()
        for number in 1...rounds {
            let round = try Round(
                name: "round-\(number)", seed: random.next(), feed: feed, server: server, files: files, size: 3,
                cooperative: cooperative || number.isMultiple(of: 2))
            let verdict = try round.disturbed(seconds: seconds, kills: kills, reference: reference)
            for finding in verdict.findings { Self.say(finding) }
            if verdict.isClean && !keepLogs { files.forget(round.name) }
            sum.add(verdict)
        }
        try report(sum)
        if !sum.isClean { throw ExitCode.failure }
    }

    private func report(_ sum: Verdict) throws {
        Self.say(
            "\(rounds) rounds, \(sum.kills) kills, \(sum.disturbances) disturbances: \(sum.expected) alerts expected, "
                + "\(sum.lost) lost, \(sum.doubled) doubled, \(sum.extra) extra, \(sum.scoresDiffering) with other scores; "
                + "\(sum.reviewMissing) missing from the review topic, \(sum.reviewDuplicates) twice there "
                + "(up to \(sum.reviewDuplicatesExplained) explained); "
                + "counts \(sum.reconciled ? "add up" : "do not add up")")
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        FileHandle.standardOutput.write(
            try encoder.encode(Report(seed: seed, rounds: rounds, sum: sum)) + Data("\n".utf8))
    }

    private struct Report: Encodable {
        var seed: UInt64
        var rounds: Int
        var sum: Verdict

        private enum Keys: String, CodingKey {
            case seed
            case rounds
        }

        func encode(to encoder: any Encoder) throws {
            try sum.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(seed, forKey: .seed)
            try container.encode(rounds, forKey: .rounds)
        }
    }
}
