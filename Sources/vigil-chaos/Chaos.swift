import ArgumentParser
import Foundation
import Logging

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
            """,
        subcommands: [RoundCommand.self])

    @Option(help: "What everything is chosen by.")
    var seed: UInt64 = .random(in: 1...999_999)

    @Option(help: "How many rounds.")
    var rounds = 5

    @Option(help: "Rounds played at the same time, each on brokers and a database of its own.")
    var parallel = 1

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
        guard parallel > 0 else { throw ValidationError("--parallel must be at least 1") }
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
        try files.prepare()
        let processes = RoundProcesses(limit: parallel)
        let calm = order("undisturbed", seed: seed, size: 1, isCooperative: false, files, disturbedSeconds: nil)
        try processes.play([calm]) { order, verdict in
            guard verdict.isClean else { throw ChaosFault("even undisturbed: \(verdict.findings)") }
            files.forget(order.name)
        }
        var random = SeededGenerator(seed: seed)
        let orders = (1...rounds).map { number in
            order(
                "round-\(number)", seed: random.next(), size: 3,
                isCooperative: cooperative || number.isMultiple(of: 2), files, disturbedSeconds: seconds)
        }
        var sum = Verdict()
        try processes.play(orders) { order, verdict in
            for finding in verdict.findings { Self.say(finding) }
            if verdict.isClean && !keepLogs { files.forget(order.name) }
            sum.add(verdict)
        }
        sum.brokerAborts = processes.aborted
        try report(sum)
        if !sum.isClean { throw ExitCode.failure }
    }

    private func order(
        _ name: String, seed: UInt64, size: Int, isCooperative: Bool, _ files: RunFiles, disturbedSeconds: Double?
    ) -> RoundOrder {
        RoundOrder(
            name: name, seed: seed, feedSeed: self.seed, transactions: transactions, size: size,
            isCooperative: isCooperative, disturbedSeconds: disturbedSeconds, kills: kills, directory: files.path,
            binary: files.binary)
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
