import ArgumentParser

/// `vigil bench …`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this machine.",
        subcommands: [BenchPipelineCommand.self, BenchRulesCommand.self, NullConsumerCommand.self])
}
