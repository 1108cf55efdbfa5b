import ArgumentParser
import Kafka
import Pipeline

/// `vigil dead-letters show`.
struct DeadLettersShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a dead letter whole, personal data included.")

    @Argument(help: "Its id, as 'dead-letters list' prints it: partition:offset.")
    var id: String

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let reader = try await options.reader()
        let all = try DeadLetter.readAll(try reader.kafka(), topic: reader.topics().deadLetters)
        guard let letter = all.first(where: { $0.id == id }) else { throw Failure("there is no dead letter \(id)") }
        func text(_ bytes: [UInt8]?) -> String {
            bytes.map { Terminal.printable(String(decoding: $0, as: UTF8.self)) } ?? "(none)"
        }
        Terminal.say("id      \(letter.id)\nsource  \(letter.source)\nreason  \(letter.reason)")
        Terminal.say("detail  \(Terminal.printable(letter.detail))\nkey     \(text(letter.key))")
        Terminal.say("value   \(text(letter.value))")
        if output.json { try Terminal.json(letter) }
    }
}
