import ArgumentParser
import Training

/// The model's size and how it is trained; each has the trainer's own default.
struct TrainingArguments: ParsableArguments {
    private static let defaults = TrainingOptions()

    @Option(help: "Passes over the labelled transactions; 4 if not given, and more where few are labelled.")
    var epochs: Int?

    @Option(
        help:
            "Passes of next-event prediction before the labels are used; 0 if not given, and 3 where few are labelled.")
    var pretrainEpochs: Int?

    @Option(help: "The share of users, chosen by the seed, whose labels are used; the others count as unlabelled.")
    var labelFraction = 1.0

    @Option(
        help: ArgumentHelp(
            """
            Where few are labelled: how sure a prediction makes an unlabelled transaction a target, 0.5 to 1; none if 1, \
            \(Self.defaults.pseudoLabels ?? 1) if not given.
            """))
    var pseudoLabels: Double?

    @Option(
        help: """
            Without --distill-from: how often the model is trained again on all labels with itself as the teacher; 0 for \
            once, on the labels alone. If not given, 2 where \(TrainingOptions.fraudsToTeach) frauds are labelled, else 0.
            """)
    var generations: Int?

    @Option(help: "Layers of the transformer; \(Self.defaults.layers) if not given.")
    var layers: Int?

    @Option(help: "Width of the transformer, a multiple of the heads; \(Self.defaults.width) if not given.")
    var width: Int?

    @Option(help: "Attention heads; \(Self.defaults.heads) if not given.")
    var heads: Int?

    @Option(help: "Hidden units of the feed-forward part; \(Self.defaults.feedForward) if not given.")
    var feedForward: Int?

    @Option(help: "Transactions that attention sees; \(Self.defaults.window) if not given.")
    var window: Int?

    @Option(help: "Share of activations dropped while training.")
    var dropout = Self.defaults.dropout

    @Option(help: "Highest learning rate of the cycle.")
    var learningRate = Self.defaults.learningRate

    @Option(help: "Sequences in a step.")
    var batch = Self.defaults.batchSequences

    @Option(help: "Last days of labels kept from training, to choose epoch, calibration and threshold on.")
    var validationDays = Self.defaults.validationDays

    @Option(help: "What everything random starts from.")
    var seed = Self.defaults.seed

    @Option(help: "Threads; the model does not depend on how many.")
    var threads = Self.defaults.threads

    func validate() throws {
        guard labelFraction > 0, labelFraction <= 1 else {
            throw ValidationError("--label-fraction \(labelFraction): expected above 0, at most 1")
        }
        if let pseudoLabels, !(0.5...1).contains(pseudoLabels) {
            throw ValidationError("--pseudo-labels \(pseudoLabels): expected 0.5 to 1")
        }
    }

    /// Refuses what a base settles.
    ///
    /// - Throws: `ValidationError` naming the options.
    func refuseShape() throws {
        try IdleOptions.refuse(
            [
                "--layers": layers != nil, "--width": width != nil, "--heads": heads != nil,
                "--feed-forward": feedForward != nil, "--window": window != nil,
            ], with: "--base", advice: ", the base's shape is kept")
    }

    /// The trainer's options, the cut-off aside.
    var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.pretrainingEpochs = pretrainEpochs
        options.labelFraction = labelFraction
        // 1 is none.
        if let pseudoLabels { options.pseudoLabels = pseudoLabels < 1 ? pseudoLabels : nil }
        options.generations = generations
        options.layers = layers ?? options.layers
        options.width = width ?? options.width
        options.heads = heads ?? options.heads
        options.feedForward = feedForward ?? options.feedForward
        options.window = window ?? options.window
        options.dropout = dropout
        options.learningRate = learningRate
        options.batchSequences = batch
        options.validationDays = validationDays
        options.seed = seed
        options.threads = threads
        return options
    }
}
