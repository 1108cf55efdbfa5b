import ArgumentParser
import Training

/// The model's size and how it is trained; each has the trainer's own default.
struct TrainingArguments: ParsableArguments {
    private static let defaults = TrainingOptions()

    @Option(help: "Passes over the labelled transactions.")
    var epochs = Self.defaults.epochs

    @Option(help: "Passes of next-event prediction before the labels are used.")
    var pretrainEpochs = Self.defaults.pretrainingEpochs

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

    /// The trainer's options, the cut-off aside.
    var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.pretrainingEpochs = pretrainEpochs
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
