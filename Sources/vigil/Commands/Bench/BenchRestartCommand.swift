import ArgumentParser

/// `vigil bench restart`: how soon a processor with many users decides again after `kill -9`.
struct BenchRestartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Measures how long after kill -9 a new process decides its first event.",
        discussion: """
            Starts an embedded broker, a throwaway PostgreSQL and 'vigil run', each a process of its own; once every user is \
            in a checkpoint the processor is killed, and another one started while events wait. The embedded broker holds \
            the partitions back until the dead member's session has ended (kafka.properties: session.timeout.ms, 3.3 s \
            unless set) and for up to a session more.
            """)

    @Option(help: "Users to restore.")
    var users = 100_000

    @Option(help: "Events of each, on average; the embedded broker keeps 5 MiB of a partition.")
    var eventsPerUser = 10

    @Option(help: "Partitions of the input topics.")
    var partitions = 64

    @Option(help: "Model directory for the demo's schema; without it one of the default shape is made.")
    var model: String?

    @Option(name: .customLong("set"), help: "Any setting of 'vigil run' as key=value.")
    var settings: [String] = []

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1_000_000).contains(users) else { throw ValidationError("--users must be 1 to 1000000") }
        guard (1...1000).contains(eventsPerUser) else { throw ValidationError("--events-per-user must be 1 to 1000") }
        guard (1...256).contains(partitions) else { throw ValidationError("--partitions must be 1 to 256") }
    }

    func run() async throws {
        let bench = RestartBench(
            users: users, eventsPerUser: eventsPerUser, partitions: partitions, model: model, settings: settings)
        let report = try await blocking { try bench.run() }
        Terminal.say(
            "\(report.users) users in \(report.partitions) partitions, \(report.checkpoints) checkpoints of "
                + "\(report.checkpointBytes >> 20) MiB")
        Terminal.say(report.restored)
        Terminal.say(
            "first decision after \(report.firstDecisionSeconds) s, all that waited after \(report.allDecisionsSeconds) s"
        )
        if output.json { try Terminal.json(report) }
    }
}
