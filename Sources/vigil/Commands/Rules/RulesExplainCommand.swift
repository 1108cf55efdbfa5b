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
            past, which aggregates and user.* see. A rule whose match would not act says why: it is off, expired, in \
            shadow, snoozed for the user or an entity, or the user is not in its sample.
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
        guard let last = events.last else {
            throw SettingsFault(file: event, field: "event", expected: "expected a JSON object, or one a line")
        }
        let bench = RuleBench(set)
        for event in events.dropLast() { _ = bench.take(event, modelScore: score, review: 0.5) }
        let explanations = bench.explain(last, modelScore: score)
        guard !output.json else { return try Terminal.json(["rules": explanations]) }
        for explanation in explanations {
            let setAside = explanation.setAside.map { $0.rawValue.replacing("_", with: " ") }.joined(separator: ", ")
            Terminal.data(
                "\(explanation.rule) (\(explanation.action)): \(Terminal.printable(explanation.value))"
                    + (setAside.isEmpty ? "" : ", set aside: \(setAside)"))
            for part in explanation.parts {
                let indent = String(repeating: "  ", count: part.depth + 1)
                Terminal.data("\(indent)\(part.expression) = \(Terminal.printable(part.value))")
            }
        }
    }

    /// An event that cannot be taken in, and the line that it begins on.
    private struct Misreading: Error {
        var line: Int
        var fault: EventFault
    }

    private func readEvents(_ schema: TransactionSchema) throws -> [Transaction] {
        let data = event == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Terminal.input(event)
        // Editors may begin a file with a byte order mark.
        let bytes = Array(data.trimmingPrefix([0xEF, 0xBB, 0xBF]))
        // The canonical form first: where the source's names are the same, only that has the entities.
        do throws(Misreading) {
            return try events(in: bytes, TransactionDecoder(schema: schema))
        } catch let canonical {
            do throws(Misreading) {
                return try events(in: bytes, TransactionDecoder(schema: schema, form: .mapped))
            } catch let mapped {
                throw fault(canonical, mapped)
            }
        }
    }

    /// What is wrong with a file that is good in neither form: where one goes further, that is the form it is in.
    private func fault(_ canonical: Misreading, _ mapped: Misreading) -> SettingsFault {
        let first = mapped.line > canonical.line ? mapped : canonical
        var expected = first.fault.detail
        if mapped.line == canonical.line, mapped.fault != canonical.fault {
            let field = mapped.fault.field.map { "'\($0)': " } ?? ""
            expected += "; or, with the source's field names, \(field)\(mapped.fault.detail)"
        }
        return SettingsFault(file: event, line: first.line, field: first.fault.field ?? "event", expected: expected)
    }

    private func events(in bytes: [UInt8], _ decoder: TransactionDecoder) throws(Misreading) -> [Transaction] {
        // One object over several lines, as people paste it, or one a line.
        let whole: EventFault
        do throws(EventFault) {
            return [try decoder.decode(bytes, messageTimestamp: nil)]
        } catch {
            whole = error
        }
        var events: [Transaction] = []
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { $0 > UInt8(ascii: " ") }) {
            do throws(EventFault) {
                events.append(try decoder.decode(Array(line), messageTimestamp: nil))
            } catch {
                // A first line that is no object by itself is the beginning of one.
                let isWhole = events.isEmpty && error.kind == .malformed
                throw Misreading(line: number + 1, fault: isWhole ? whole : error)
            }
        }
        return events
    }
}
