import ArgumentParser
import Foundation
import Logging
import Simulation

/// `vigil demo`: the whole product on made-up data, on an embedded broker and a throwaway PostgreSQL.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Simulates, trains, publishes, scores and shows the alerts, all on this machine.",
        discussion: """
            Starts an embedded Kafka broker and a throwaway PostgreSQL from the installed binaries, in a temporary \
            directory that is removed at the end. The same seed gives the same recall and precision.
            """)

    @Option(help: "How many users to simulate.")
    var users = 1500

    @Option(help: "How many days to simulate; the model is trained on the first three quarters.")
    var days = 60

    @Option(help: "What everything is made up from.")
    var seed: UInt64 = 1

    @Flag(help: "Leave broker and PostgreSQL up until Ctrl-C.")
    var keep = false

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (20...1_000_000).contains(users) else { throw ValidationError("--users must be 20 to 1000000") }
        guard (24...3650).contains(days) else { throw ValidationError("--days must be 24 to 3650") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
        var settings = SimulationSettings()
        settings.users = users
        settings.days = days
        settings.seed = seed
        let started = Date()
        Terminal.say("Starting an embedded broker and a throwaway PostgreSQL")
        let stack = try DemoStack()
        defer { stack.stop() }
        let demo = Demo(stack: stack, settings: settings)
        let model = try demo.train()
        let outcome = try await demo.process(with: model)
        let report = try demo.show(outcome, seconds: Date().timeIntervalSince(started))
        if output.json { try Terminal.json(report) }
        Terminal.say("\nTo look further\(keep ? ", until Ctrl-C:" : " (with --keep, which leaves both up):")")
        for line in stack.connectionLines { Terminal.say("  \(line)") }
        guard keep else { return }
        let files = try DemoFiles(model, stack: stack)
        for line in files.commandLines(from: demo.cutOff) { Terminal.say("  \(line)") }
        await StopSignal().wait()
    }
}
