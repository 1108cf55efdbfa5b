import ArgumentParser
import Evaluation
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

    @OptionGroup var input: DataOptions
    @OptionGroup var span: SpanOptions

    @Option(help: "Threads.")
    var threads = 2

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard span.from != nil, span.to != nil else { throw ValidationError("--from and --to are needed") }
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024") }
    }

    func run() async throws {
        let model = try Model.load(from: model)
        var schema = try input.loadSchema()
        // The features' windows are set back by the delay that the model was trained with, whenever labels arrive.
        schema.labelDelayMilliseconds = model.encoder.schema.labelDelayMilliseconds
        let from = EventTime(milliseconds: span.milliseconds.lowerBound)
        let to = EventTime(milliseconds: span.milliseconds.upperBound)
        let dataset = try input.loadDataset(
            schema, historyCapacity: model.configuration.historyLength,
            labelDelayMilliseconds: input.labelDelay?.milliseconds, before: to)
        let report = try Evaluator(model, threads: threads).evaluate(dataset, from: from, to: to)
        guard report.events > 0 else { throw Failure("no labelled transaction from \(from) to before \(to)") }
        if output.json {
            try Terminal.json(report)
        } else {
            for line in EvaluationText.lines(report) { Terminal.data(line) }
        }
    }
}
