import ArgumentParser
import Training

/// What is minimised, and what keeps it from being overdone.
struct ObjectiveArguments: ParsableArguments {
    private static let defaults = TrainingOptions()
    private static let loss = defaults.objective

    @Option(help: "Loss of a labelled transaction: bce (cross-entropy) or focal; \(Self.loss.kind) if not given.")
    var objective: ObjectiveOptions.Kind?

    @Option(help: "What a fraud counts, a genuine transaction counting 1; \(Self.loss.fraudWeight) if not given.")
    var fraudWeight: Double?

    @Option(
        help: """
            Of focal: how much less a transaction counts the nearer its score is to the truth; \(Self.loss.focusing) if not \
            given.
            """)
    var focusing: Double?

    @Option(help: "How far targets are moved from 0 and 1 together; \(Self.loss.labelSmoothing) if not given.")
    var labelSmoothing: Double?

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

    func validate() throws {
        guard focusing != nil, objective != .focal else { return }
        let kind = objective ?? Self.loss.kind
        try IdleOptions.refuse(
            ["--focusing": true], with: "--objective \(kind)", advice: ", or choose --objective focal")
    }

    /// Those that only labels have a use for, by whether they were given.
    var ofLabels: KeyValuePairs<String, Bool> {
        [
            "--objective": objective != nil, "--fraud-weight": fraudWeight != nil, "--focusing": focusing != nil,
            "--label-smoothing": labelSmoothing != nil, "--patience": patience != nil,
        ]
    }

    /// Sets the trainer's options.
    func apply(to options: inout TrainingOptions) {
        options.objective.kind = objective ?? options.objective.kind
        options.objective.fraudWeight = fraudWeight ?? options.objective.fraudWeight
        options.objective.focusing = focusing ?? options.objective.focusing
        options.objective.labelSmoothing = labelSmoothing ?? options.objective.labelSmoothing
        options.weightDecay = weightDecay
        options.warmup = warmup
        options.gradientClip = gradientClip
        options.patience = patience
        options.adversarialRadius = adversarialRadius
    }
}
