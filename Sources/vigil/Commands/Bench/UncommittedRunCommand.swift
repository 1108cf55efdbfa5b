import ArgumentParser
import Kafka
import Pipeline

/// `vigil bench uncommitted-run`: `vigil run` that decides everything and makes nothing of it true.
///
/// A command of its own because no setting may lead here: what it decides is stored nowhere.
struct UncommittedRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uncommitted-run", abstract: "Decides as 'vigil run' does, without commits, until SIGTERM.",
        shouldDisplay: false)

    @OptionGroup var command: RunCommand

    @Option(help: "File that gets the offset after the last decided event of each partition.")
    var progressFile: String

    @Option(help: "Topic whose partitions these are.")
    var progressTopic: String

    func run() async throws {
        let file = try ProgressFile(writing: progressFile)
        let topic = progressTopic
        try await command.run { pipeline in
            pipeline.withoutCommits = { offsets in
                for (input, offset) in offsets where input.topic == topic { file.set(offset, of: Int(input.partition)) }
            }
        }
    }
}
