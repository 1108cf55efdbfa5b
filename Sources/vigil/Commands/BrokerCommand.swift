import ArgumentParser
import Foundation
import Kafka

/// `vigil broker`: the embedded broker, standing alone.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "Runs a Kafka broker in memory, to try things out with.",
        discussion: """
            Speaks Kafka's protocol on a port of 127.0.0.1 until SIGINT or SIGTERM. It keeps the newest 5 MiB of a \
            partition, in memory only, does not compact, and forgets everything at its end: not for production.
            """)

    @Option(help: ArgumentHelp("Topics to make, each with its partitions.", valueName: "name:partitions,…"))
    var topics = "transactions:16,labels:16,review:1,dead-letters:1,sequences:16,entities:16"

    @Option(help: ArgumentHelp("Written once the broker is up: the bootstrap servers, on one line.", valueName: "file"))
    var readyFile: String?

    @OptionGroup var output: JSONOption

    func validate() throws { _ = try parsedTopics() }

    func run() async throws {
        let stop = StopSignal()
        let broker = try EmbeddedBroker(logger: Terminal.quietLogger)
        let topics = try parsedTopics()
        for topic in topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        Terminal.say("In memory, the newest 5 MiB of a partition only: to try things out, not for production.")
        if output.json {
            try Terminal.json(Started(bootstrapServers: broker.bootstrapServers, topics: topics))
        } else {
            Terminal.data(broker.bootstrapServers)
        }
        if let readyFile { try writeReady(broker.bootstrapServers, to: readyFile) }
        await stop.wait()
        broker.stop()
        Terminal.say("Stopped.")
    }

    private func writeReady(_ servers: String, to path: String) throws {
        do {
            try Data((servers + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure("--ready-file: '\(path)' cannot be written")
        }
    }

    private func parsedTopics() throws -> [TopicArgument] {
        let parsed = try topics.split(separator: ",").map { text in
            guard let topic = TopicArgument(text) else {
                throw ValidationError("--topics: '\(text)' is not a topic and its partitions, such as transactions:16")
            }
            return topic
        }
        for (index, topic) in parsed.enumerated() where parsed[..<index].contains(where: { $0.name == topic.name }) {
            throw ValidationError("--topics: '\(topic.name)' is named twice")
        }
        return parsed
    }

    private struct Started: Encodable {
        var bootstrapServers: String
        var topics: [TopicArgument]
    }
}
