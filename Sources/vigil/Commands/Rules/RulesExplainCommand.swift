import ArgumentParser
import Foundation
import Rules
import Transactions

/// `vigil rules explain`: what each rule makes of an event, and why.
struct RulesExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Shows each rule's value on an event, and the values within it.",
        discussion: """
            The event is one JSON object, in the canonical form or with the source's own field names, as the schema file \
            maps them. A file of several, one a line, is taken in order: the last is explained, those before it are its \
            past, which aggregates and user.* see.
            """)

    @OptionGroup var file: RuleFileOptions

    @Option(help: "File of events, one JSON object a line; '-' for standard input.")
    var event: String

    @Option(help: "What the model is taken to say, 0 to 1.")
    var score = 0.0

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (0...1).contains(score) else { throw ValidationError("--score is a probability: 0 to 1") }
    }

    func run() async throws {
        let schema = try file.loadSchema()
        let set = try RuleSet.load(path: file.rules, schema: schema)
        let events = try readEvents(schema)
        guard let last = events.last else { throw Failure("\(event): no event") }
        let bench = RuleBench(set)
        for event in events.dropLast() { _ = bench.take(event, modelScore: score, review: 0.5) }
        let explanations = bench.explain(last, modelScore: score)
        guard !output.json else { return try Terminal.json(["rules": explanations]) }
        for explanation in explanations {
            Terminal.data("\(explanation.rule) (\(explanation.action)): \(Terminal.printable(explanation.value))")
            for part in explanation.parts {
                let indent = String(repeating: "  ", count: part.depth + 1)
                Terminal.data("\(indent)\(part.expression) = \(Terminal.printable(part.value))")
            }
        }
    }

    private func readEvents(_ schema: TransactionSchema) throws -> [Transaction] {
        let data = event == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Terminal.input(event)
        let text = String(decoding: data, as: UTF8.self)
        do {
            return try events(in: text, TransactionDecoder(schema: schema))
        } catch {
            // The canonical form first: where the source's names are the same, only that has the entities.
            guard let mapped = try? events(in: text, TransactionDecoder(schema: schema, form: .mapped)) else {
                throw error
            }
            return mapped
        }
    }

    private func events(in text: String, _ decoder: TransactionDecoder) throws -> [Transaction] {
        // One object over several lines, as people paste it, or one a line.
        if let whole = try? decoder.decode(Array(text.utf8), messageTimestamp: nil) { return [whole] }
        var events: [Transaction] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { !$0.isWhitespace }) {
            do {
                events.append(try decoder.decode(Array(line.utf8), messageTimestamp: nil))
            } catch {
                throw Failure("\(event):\(number + 1): \(error)")
            }
        }
        return events
    }
}
