import ArgumentParser

/// `vigil dead-letters …`: records that could not be taken in or scored.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "Records that could not be taken in or scored.",
        subcommands: [DeadLettersListCommand.self, DeadLettersShowCommand.self, DeadLettersRequeueCommand.self])
}
