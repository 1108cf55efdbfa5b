import ArgumentParser
import Foundation
import Scoring
import Sequences
import Training
import Transactions

/// `vigil adapt`: a challenger of a champion, from what has happened since.
struct AdaptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapt", abstract: "Updates a model with new transactions and newly arrived labels.",
        discussion: """
            Transactions from --since on are new; of those before, some are rehearsed and some users' are kept to measure \
            forgetting on (the old slice). The last --validation-days of new labels are kept to measure on too. A \
            challenger that ranks the old slice worse than the champion by more than --max-regression is not written: \
            exit code 1.
            """)

    private static let defaults = AdaptationOptions(sinceMilliseconds: 0)

    @Option(help: "Model directory of the champion.")
    var model: String

    @OptionGroup var adapter: AdapterOption
    @OptionGroup var input: DataOptions

    @Option(
        help:
            "Where what is new begins: a day (its beginning, UTC) or a timestamp; the champion's cut-off if not given.")
    var since: StartTime?

    @Option(help: "Cut-off: a day (its beginning, UTC) or a timestamp. Nothing from this moment on is used.")
    var until: StartTime

    @Option(help: "What of the model is trained: full, head, bitfit, lora, adapter or prefix.")
    var method = Self.defaults.training.method.method

    @OptionGroup var sizes: MethodArguments

    @Option(help: "Model directory to write the challenger to.")
    var out: String

    @Option(help: "Days before --since that old examples come from.")
    var oldDays = Self.defaults.oldDays

    @Option(help: "Old labelled transactions rehearsed for every new one.")
    var rehearsal = Self.defaults.rehearsal

    @Option(help: "What keeps the challenger near the champion: distill, ewc or none.")
    var penalty = Self.defaults.penalty

    @Option(
        help: """
            Of distill the champion's share of the loss, of ewc the strength; \(Self.defaults.penaltyWeight) if not given.
            """)
    var penaltyWeight: Double?

    @Option(help: "How much less average precision the challenger may have on the old slice.")
    var maxRegression = Self.defaults.maximumRegression

    @Option(help: "Passes over new and rehearsed transactions.")
    var epochs = 3

    @Option(help: "Highest learning rate of the cycle.")
    var learningRate = Self.defaults.training.learningRate

    @Option(help: "Last days of new labels kept from training.")
    var validationDays = Self.defaults.training.validationDays

    @Option(help: "What everything random starts from.")
    var seed = Self.defaults.training.seed

    @Option(help: "Threads; the model does not depend on how many.")
    var threads = Self.defaults.training.threads

    @OptionGroup var output: JSONOption

    func validate() throws {
        try sizes.refuseOthers(than: method)
        if penalty == .none {
            try IdleOptions.refuse(
                ["--penalty-weight": penaltyWeight != nil], with: "--penalty none",
                advice: ", or choose --penalty distill or ewc")
        }
        // Without --since the champion says when what is new begins, once it is read.
        let start = since?.time.milliseconds ?? .min
        guard start < until.time.milliseconds else { throw ValidationError("--since must be before --until") }
        if let fault = options(since: start).fault { throw ValidationError(fault.words) }
    }

    func run() async throws {
        let champion = try Model.load(from: model, adapter: adapter.adapter)
        let options = options(since: try start())
        var schema = try input.loadSchema()
        schema.entityBucketMilliseconds = champion.encoder.schema.entityBucketMilliseconds
        if input.labelDelay == nil { schema.labelDelayMilliseconds = champion.encoder.schema.labelDelayMilliseconds }
        let destination = ModelDestination(path: out)
        try destination.check()
        let dataset = try input.loadDataset(schema, historyCapacity: champion.historyLength, before: until.time)
        let bar = TrainingBar()
        let (challenger, report) = try Adaptation(options).run(champion, on: dataset) { bar.update($0) }
        bar.finish()
        let summary = AdaptationSummary(report, out: out)
        for line in summary.lines { Terminal.say(line) }
        if report.isAcceptable {
            try destination.replace {
                try challenger.save(to: out, metrics: try report.json(), baseIn: model)
            }
        }
        if output.json { try Terminal.json(summary) }
        guard report.isAcceptable else {
            throw Failure(
                "the challenger is worse on what is old than --max-regression \(maxRegression) allows: not written")
        }
    }

    /// Where what is new begins, milliseconds since 1970.
    ///
    /// - Throws: `ValidationError` where neither the call nor the champion says.
    private func start() throws -> Int64 {
        guard let start = since?.time.milliseconds ?? ModelSummary.cutOff(of: model) else {
            throw ValidationError("--since is needed: \(model) does not say what it was trained until")
        }
        guard start < until.time.milliseconds else {
            throw ValidationError(
                "--until must be after \(EventTime(milliseconds: start).iso8601), which \(model) was trained until: "
                    + "choose a later one, or name --since")
        }
        return start
    }

    private func options(since start: Int64) -> AdaptationOptions {
        var options = AdaptationOptions(sinceMilliseconds: start)
        options.oldDays = oldDays
        options.rehearsal = rehearsal
        options.penalty = penalty
        options.penaltyWeight = penaltyWeight ?? options.penaltyWeight
        options.maximumRegression = maxRegression
        options.training.method = sizes.options(method)
        options.training.epochs = epochs
        options.training.learningRate = learningRate
        options.training.validationDays = validationDays
        options.training.seed = seed
        options.training.threads = threads
        options.training.untilMilliseconds = until.time.milliseconds
        return options
    }
}
