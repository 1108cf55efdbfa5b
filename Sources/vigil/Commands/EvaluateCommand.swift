import ArgumentParser
import Evaluation
import Foundation
import Scoring
import Sequences
import Transactions
import Transformer

/// `vigil evaluate`: a model's figures on a span of time.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a model on transactions whose truth is known.",
        discussion: """
            Files must begin early enough to give the model its history: everything before --from is read for context. \
            --label-delay says when a label becomes known, as in replay; the features' windows stay those of the model. \
            --to given as a day includes that day (2018-08-08 to 2018-08-14 are seven days); a timestamp is exclusive.
            """)

    @Option(help: "Model directory.")
    var model: String

    @OptionGroup var adapter: AdapterOption
    @OptionGroup var input: DataOptions
    @OptionGroup var span: WholeSpanOptions

    @Option(help: "Threads.")
    var threads = 2

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads \(threads): expected 1 to 1024") }
    }

    func run() async throws {
        let model = try Model.load(from: model, adapter: adapter.adapter)
        var schema = try input.loadSchema()
        // The features' windows are set back by the delay that the model was trained with, whenever labels arrive.
        schema.labelDelayMilliseconds = model.encoder.schema.labelDelayMilliseconds
        schema.entityBucketMilliseconds = model.encoder.schema.entityBucketMilliseconds
        let from = span.from.time
        let to = span.to.time
        let dataset = try input.loadDataset(
            schema, historyCapacity: model.configuration.historyLength,
            labelDelayMilliseconds: input.labelDelay?.milliseconds, before: to)
        let started = ContinuousClock.now
        let report = try Evaluator(model, threads: threads).evaluate(dataset, from: from, to: to)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        guard report.events > 0 else { throw Failure("no labelled transaction from \(from) to before \(to)") }
        Terminal.say(
            "scored \(report.events) events in \(rounded(seconds, 2)) s: "
                + "\(rounded(Double(report.events) / max(seconds, 1e-6), 0)) events_per_second")
        if output.json {
            try Terminal.json(report)
        } else {
            for line in EvaluationText.lines(report) { Terminal.data(line) }
        }
    }

    private func rounded(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
