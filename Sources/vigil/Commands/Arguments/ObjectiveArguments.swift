import ArgumentParser
import Training

/// What is minimised, and what keeps it from being overdone.
struct ObjectiveArguments: ParsableArguments {
    private static let defaults = TrainingOptions()

    @Option(help: "Loss of a labelled transaction: bce (cross-entropy) or focal.")
    var objective = Self.defaults.objective.kind

    @Option(help: "What a fraud counts, a genuine transaction counting 1.")
    var fraudWeight = Self.defaults.objective.fraudWeight

    @Option(help: "Of focal: how much less a transaction counts the nearer its score is to the truth.")
    var focusing = Self.defaults.objective.focusing

    @Option(help: "How far targets are moved from 0 and 1 together.")
    var labelSmoothing = Self.defaults.objective.labelSmoothing

    @Option(help: "Weight decay of the matrices.")
    var weightDecay = Self.defaults.weightDecay

    @Option(help: "Share of steps in which the learning rate rises; then it falls along a cosine.")
    var warmup = Self.defaults.warmup

    @Option(help: "Largest norm of a step's gradients.")
    var gradientClip = Self.defaults.gradientClip

    @Option(help: "Ends training after so many epochs that did not rank the validation days better.")
    var patience: Int?

    @Option(help: "Adversarial training: how far a sequence's embeddings are moved against the model; 0 for none.")
    var adversarialRadius = Self.defaults.adversarialRadius

    /// Sets the trainer's options.
    func apply(to options: inout TrainingOptions) {
        options.objective.kind = objective
        options.objective.fraudWeight = fraudWeight
        options.objective.focusing = focusing
        options.objective.labelSmoothing = labelSmoothing
        options.weightDecay = weightDecay
        options.warmup = warmup
        options.gradientClip = gradientClip
        options.patience = patience
        options.adversarialRadius = adversarialRadius
    }
}
