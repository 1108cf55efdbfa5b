import ArgumentParser

/// `vigil shadow …`.
struct ShadowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow", abstract: "Models that score beside the one in use and decide nothing.",
        subcommands: [ShadowShowCommand.self])
}
