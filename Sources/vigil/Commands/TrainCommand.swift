import ArgumentParser
import Foundation
import Scoring
import Training
import Transactions
import Transformer

/// `vigil train`: files to a model directory.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a model on transactions and the labels known by then.",
        discussion: """
            Reads transactions before --until and uses a label only where it was known by then: the label delay after \
            its transaction. The same data, options and seed give the same model.
            """)

    @OptionGroup var input: DataOptions

    @Option(help: "Cut-off: a day (its beginning, UTC) or a timestamp. Nothing from this moment on is used.")
    var until: StartTime

    @Option(help: "What of the model is trained: full.")
    var method = "full"

    @Option(help: "Model directory to write; an older model there is replaced.")
    var out: String

    @OptionGroup var training: TrainingArguments
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard method == "full" else {
            throw ValidationError("--method \(method): this version trains the whole model only, --method full")
        }
        let configuration = TransformerConfiguration(
            layers: training.layers, width: training.width, heads: training.heads, feedForward: training.feedForward,
            window: training.window, numbers: 1, binCounts: [2], dropout: training.dropout)
        do throws(TransformerError) {
            try configuration.validate()
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let schema = try input.loadSchema()
        try ModelDestination(path: out).check()
        var options = training.options
        options.untilMilliseconds = until.time.milliseconds
        let dataset = try input.loadDataset(
            schema, historyCapacity: options.layers * (options.window - 1) + 1, before: until.time)
        let bar = TrainingBar()
        let (model, report) = try Trainer(options).train(dataset) { bar.update($0) }
        bar.finish()
        do {
            try model.save(to: out, metrics: try report.json())
        } catch {
            throw Failure("the model is trained but could not be saved: \(error)")
        }
        let summary = TrainingSummary(report, out: out)
        for line in summary.lines { Terminal.say(line) }
        if output.json { try Terminal.json(summary) }
    }
}
