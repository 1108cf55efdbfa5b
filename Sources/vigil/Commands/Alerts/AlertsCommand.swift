import ArgumentParser

/// `vigil alerts …`: what an analyst looks at.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Alerts in PostgreSQL.",
        subcommands: [
            AlertsListCommand.self, AlertsShowCommand.self, AlertsLabelCommand.self,
            AlertsVerifyCommand.self,
        ])
}
