import ArgumentParser
import Kafka
import Pipeline

/// `vigil dead-letters requeue`.
struct DeadLettersRequeueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Sends dead letters to their input topic again, to be decided anew.",
        discussion: """
            The record goes out as it came: same bytes, same key, same timestamp, to the partition it came from, where its \
            user's order is. Repair the cause first, or it comes back. The dead-letter topic keeps what it holds; \
            a record that was requeued twice is scored once, as long as its user's history remembers it.
            """)

    @Argument(help: "Their ids, as 'dead-letters list' prints them: partition:offset.")
    var ids: [String] = []

    @Option(help: "All of this reason, such as scoring_failed.")
    var reason: String?

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard ids.isEmpty != (reason == nil) else { throw ValidationError("name ids, or a --reason") }
    }

    func run() async throws {
        let reader = try await options.reader()
        let (kafka, topics) = (try reader.kafka(), reader.topics())
        let all = try DeadLetter.readAll(kafka, topic: topics.deadLetters)
        let wanted = all.filter { ids.contains($0.id) || $0.reason == reason }
        if let stranger = ids.first(where: { id in !wanted.contains { $0.id == id } }) {
            throw Failure("there is no dead letter \(stranger)")
        }
        for letter in wanted where ![topics.transactions, topics.labels].contains(letter.sourceTopic) {
            throw Failure("dead letter \(letter.id) came from topic '\(letter.sourceTopic)', which is no input here")
        }
        let producer = try KafkaProducer(
            settings: kafka.adding(["message.timeout.ms": "60000"]), logger: Terminal.quietLogger)
        for letter in wanted {
            try producer.produce(
                ProducerRecord(
                    topic: letter.sourceTopic, partition: letter.sourcePartition,
                    key: letter.key, value: letter.value,
                    headers: [KafkaHeader(name: "requeued_from", text: letter.source)],
                    timestampMilliseconds: letter.timestamp))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 70_000)
        if let error = reports.compactMap(\.error).first { throw error }
        Terminal.say("\(wanted.count) records sent again")
        if output.json { try Terminal.json(["requeued": wanted.count]) }
    }
}
