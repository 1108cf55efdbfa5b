import ArgumentParser
import Kafka
import Pipeline

/// `vigil dead-letters list`.
struct DeadLettersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the dead letters, oldest first, without what is in them.")

    @Option(help: "Only those of this reason, such as malformed or scoring_failed.")
    var reason: String?

    @Option(help: "Only the newest so many.")
    var limit = 100

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let reader = try await options.reader()
        let all = try DeadLetter.readAll(try reader.kafka(), topic: reader.topics().deadLetters)
        let wanted = all.filter { reason == nil || $0.reason == reason }
        let shown = wanted.suffix(limit)
        var table = TextTable(header: ["id", "reason", "source", "detail"])
        for letter in shown {
            table.rows.append([letter.id, letter.reason, letter.source, Terminal.printable(letter.detail)])
        }
        for line in table.lines() { Terminal.say(line) }
        Terminal.say("\(shown.count) of \(all.count) dead letters")
        if output.json {
            try Terminal.json(
                Report(
                    total: all.count,
                    deadLetters: shown.map {
                        Item(id: $0.id, reason: $0.reason, detail: $0.detail, source: $0.source)
                    }))
        }
    }

    private struct Item: Encodable {
        var id: String
        var reason: String
        var detail: String
        var source: String
    }

    private struct Report: Encodable {
        var total: Int
        var deadLetters: [Item]
    }
}
