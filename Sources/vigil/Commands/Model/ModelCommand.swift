import ArgumentParser

/// `vigil model …`.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Model directories.",
        subcommands: [
            ModelShowCommand.self, ModelCompareCommand.self, ModelMergeCommand.self, ModelConvertCommand.self,
        ])
}
