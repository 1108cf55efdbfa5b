import ArgumentParser
import Kafka

/// `vigil bench null-consumer`: what the pipeline is held against.
struct NullConsumerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "null-consumer", abstract: "Reads a topic and commits its offsets until SIGTERM.",
        shouldDisplay: false)

    @Option(help: "Kafka's bootstrap servers.")
    var brokers: String

    @Option(help: "Topic to read from its beginning.")
    var topic: String

    @Option(help: "Consumer group to commit for.")
    var group: String

    func run() async throws {
        let stop = StopSignal()
        let consumer = try NullConsumer(
            settings: KafkaSettings(bootstrapServers: brokers), topic: topic, group: group)
        async let ended: Void = blocking { try consumer.run() }
        await stop.wait()
        consumer.stop()
        try await ended
    }
}
