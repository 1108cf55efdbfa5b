import ArgumentParser

/// `vigil rules …`.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Rule sets.",
        subcommands: [
            RulesCheckCommand.self, RulesTestCommand.self, RulesExplainCommand.self, RulesFormatCommand.self,
            RulesBacktestCommand.self,
        ])
}
