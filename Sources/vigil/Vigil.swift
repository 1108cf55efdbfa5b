import ArgumentParser

@main
struct Vigil: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigil",
        abstract: "Scores streams of transactions for fraud with a sequence model and rules.",
        discussion: "Exit codes: 0 done, 1 failed, 2 bad usage or bad configuration.",
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Try it out",
                subcommands: [DemoCommand.self, BrokerCommand.self, SimulateCommand.self, PublishCommand.self]),
            CommandGroup(
                name: "Train",
                subcommands: [
                    TrainCommand.self, AdaptCommand.self, EvaluateCommand.self, ReplayCommand.self, ModelCommand.self,
                ]),
            CommandGroup(
                name: "Run",
                subcommands: [
                    RunCommand.self, RulesCommand.self, MigrateCommand.self, DoctorCommand.self, AlertsCommand.self,
                    ShadowCommand.self, DeadLettersCommand.self, ForgetCommand.self,
                ]),
            CommandGroup(name: "Other", subcommands: [BenchCommand.self, VersionCommand.self]),
        ])

    static func main() async {
        do {
            var command = try await asyncParseAsRoot(CallArguments.joined(CommandLine.arguments.dropFirst()))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            ProgramEnd.exit(with: error)
        }
    }
}
