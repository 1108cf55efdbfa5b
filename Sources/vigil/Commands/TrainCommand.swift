import ArgumentParser
import Scoring
import Sequences
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

            With --base, training starts from that model and keeps its encoder and shape. Methods other than full train a \
            part of it and leave the rest as it is, bit for bit: --out gets the base and, apart from it, the trained part \
            in adapters/NAME.safetensors. Where --out is the base's own directory only that file is written. \
            --method pretrain makes a base without labels.
            """)

    @OptionGroup var input: DataOptions

    @Option(help: "Cut-off: a day (its beginning, UTC) or a timestamp. Nothing from this moment on is used.")
    var until: StartTime

    @Option(help: "What of the model is trained: full, head, bitfit, lora, adapter, prefix; or pretrain.")
    var method = TrainingMethod.full

    @Option(help: "Model directory to start from.")
    var base: String?

    @Option(help: "Model directory whose scores are learned beside the labels, such as a larger model's.")
    var distillFrom: String?

    @Option(
        help: """
            The share of the loss that --distill-from or a generation before has; \(TrainingOptions().distillationWeight) if \
            not given.
            """)
    var distillWeight: Double?

    @Option(help: "Model directory to write; an older model there is replaced.")
    var out: String

    @OptionGroup var sizes: MethodArguments
    @OptionGroup var training: TrainingArguments
    @OptionGroup var objective: ObjectiveArguments
    @OptionGroup var output: JSONOption

    func validate() throws {
        if method.needsBase, base == nil {
            throw ValidationError("--method \(method) trains a part of a model: name it with --base DIR")
        }
        try refuseIdleOptions()
        let options = options
        if let fault = options.fault { throw ValidationError(fault.words) }
        let configuration = TransformerConfiguration(
            layers: options.layers, width: options.width, heads: options.heads, feedForward: options.feedForward,
            window: options.window, numbers: 1, binCounts: [2], dropout: options.dropout)
        do throws(TransformerError) {
            try configuration.validate()
        } catch {
            throw ValidationError(error.words)
        }
    }

    /// Whether the trained part goes beside others in the base's directory.
    private var joinsBase: Bool {
        guard let base, method.needsBase else { return false }
        return Model.place(of: base) == Model.place(of: out)
    }

    func run() async throws {
        var schema = try input.loadSchema()
        let destination = ModelDestination(path: out)
        try destination.check()
        let base = try base.map { try Model.load(from: $0, adapter: joinsBase ? Model.noAdapter : nil).merged() }
        // What is trained on a base keeps its encoder, and the schema in it.
        if let base { schema.entityBucketMilliseconds = base.encoder.schema.entityBucketMilliseconds }
        let teacher = try distillFrom.map { try Model.load(from: $0) }
        let options = options
        let labelled = try labelled(schema)
        let dataset = try input.loadDataset(
            schema, historyCapacity: base?.historyLength ?? options.layers * (options.window - 1) + 1,
            before: until.time, labelled: labelled)
        let bar = TrainingBar()
        let (model, report) = try Trainer(options, base: base, teacher: teacher).train(dataset) { bar.update($0) }
        bar.finish()
        do {
            if joinsBase, let attached = model.attached {
                try attached.adapter.save(as: attached.name, in: out)
            } else {
                try destination.replace {
                    try model.save(
                        to: out, metrics: try report.json(), history: report.csv(), baseIn: self.base)
                }
            }
        } catch {
            throw Failure("the model is trained but could not be saved: \(error)")
        }
        let summary = TrainingSummary(report, out: out, adapter: joinsBase ? model.attached?.name : nil)
        for line in summary.lines { Terminal.say(line) }
        if output.json { try Terminal.json(summary) }
    }

    /// Whose labels are used; nil is everyone's.
    private func labelled(_ schema: TransactionSchema) throws(DataFileError) -> LabelledUsers? {
        guard training.labelFraction < 1 else { return nil }
        let chosen = try LabelledUsers(
            paths: input.data, schema: schema, until: until.time, fraction: training.labelFraction, seed: training.seed)
        Terminal.say("labels of \(chosen.users.count) users are used, the others' are not looked at")
        return chosen
    }

    private var options: TrainingOptions {
        var options = training.options
        options.untilMilliseconds = until.time.milliseconds
        options.method = sizes.options(method)
        options.distillationWeight = distillWeight ?? options.distillationWeight
        objective.apply(to: &options)
        if method == .pretrain {
            options.epochs = 0
            options.pretrainingEpochs = options.pretrainingEpochs ?? Self.pretrainingEpochs
        }
        return options
    }

    /// Of `--method pretrain` where `--pretrain-epochs` does not say.
    private static let pretrainingEpochs = 3
}
