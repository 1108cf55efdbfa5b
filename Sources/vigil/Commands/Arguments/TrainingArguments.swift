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
            "Where few are labelled: how sure a prediction makes an unlabelled transaction a target, 0.5 to 1; none if 1."
        ))
    var pseudoLabels = Self.defaults.pseudoLabels ?? 1

    @Option(
        help: """
            Without --distill-from: how often the model is trained again on all labels with itself as the teacher; 0 for \
            once, on the labels alone. If not given, 2 where \(TrainingOptions.fraudsToTeach) frauds are labelled, else 0.
            """)
    var generations: Int?

    @Option(help: "Layers of the transformer.")
    var layers = Self.defaults.layers

    @Option(help: "Width of the transformer, a multiple of the heads.")
    var width = Self.defaults.width

    @Option(help: "Attention heads.")
    var heads = Self.defaults.heads

    @Option(help: "Hidden units of the feed-forward part.")
    var feedForward = Self.defaults.feedForward

    @Option(help: "Transactions that attention sees.")
    var window = Self.defaults.window

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
            throw ValidationError("--label-fraction must be above 0, at most 1")
        }
        guard (0.5...1).contains(pseudoLabels) else { throw ValidationError("--pseudo-labels must be 0.5 to 1") }
    }

    /// The trainer's options, the cut-off aside.
    var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.pretrainingEpochs = pretrainEpochs
        options.labelFraction = labelFraction
        options.pseudoLabels = pseudoLabels < 1 ? pseudoLabels : nil
        options.generations = generations
        options.layers = layers
        options.width = width
        options.heads = heads
        options.feedForward = feedForward
        options.window = window
        options.dropout = dropout
        options.learningRate = learningRate
        options.batchSequences = batch
        options.validationDays = validationDays
        options.seed = seed
        options.threads = threads
        return options
    }
}
