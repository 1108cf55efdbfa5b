import ArgumentParser

/// `vigil bench …`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this machine.",
        subcommands: [
            BenchDecodeCommand.self, BenchPipelineCommand.self, BenchRestoreCommand.self, BenchRestartCommand.self,
            BenchRulesCommand.self,
            BenchScoringCommand.self, BenchStateCommand.self, BenchTrainingCommand.self, NullConsumerCommand.self,
            UncommittedRunCommand.self,
        ])
}
