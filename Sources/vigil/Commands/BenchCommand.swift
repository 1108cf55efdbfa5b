import ArgumentParser

/// `vigil bench …`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures how fast things are on this machine.",
        subcommands: [BenchPipelineCommand.self, NullConsumerCommand.self])
}
