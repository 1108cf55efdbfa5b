public import Sequences

/// What a training run depends on beside its data: equal options and data give equal models, byte for byte.
public struct TrainingOptions: Sendable, Codable {
    /// How scores become probabilities, fitted on the validation slice.
    public enum CalibrationMethod: String, Sendable, Codable, CaseIterable {
        case none
        /// Strictly rising, so that the ranking stays as it is.
        case platt
        case isotonic
    }

    public var layers = 2
    public var width = 32
    public var heads = 2
    /// Hidden units of the feed-forward part, an absolute count.
    public var feedForward = 64
    public var window = 32
    public var dropout: Float = 0.1

    /// Passes over the labelled sequences; nil is four, and more where labels are so few that four are a few steps.
    public var epochs: Int?
    /// Epochs of next-event prediction without labels before the labels are used; nil is none, and three where labels
    /// are few.
    public var pretrainingEpochs: Int?
    /// Where labels are few, unlabelled events become targets when their probability is at least this or at most one
    /// less this: 0.5 takes all, nil none.
    public var pseudoLabels: Double? = 0.5
    /// The share of users whose labels the dataset was built with; for the record only.
    public var labelFraction = 1.0
    /// Sequences a step.
    public var batchSequences = 16
    /// Sequences longer than this are cut, each piece with the context it needs.
    public var maximumTokens = 512
    /// The highest learning rate of the cycle.
    public var learningRate = 2e-3
    /// The share of steps in which the learning rate rises.
    public var warmup = 0.1
    public var beta1 = 0.9
    public var beta2 = 0.98
    public var weightDecay = 0.01
    /// The largest norm of all gradients together.
    public var gradientClip = 1.0

    public var objective = ObjectiveOptions()
    /// What of the model is trained.
    public var method = MethodOptions()
    /// How far the embeddings of a sequence are moved against the model for a second loss (FGM); 0 for none.
    public var adversarialRadius: Float = 0
    /// The share of a token's loss that a teacher has, where there is one.
    public var distillationWeight = 0.7
    /// How often the refit is repeated where there is no teacher, each time with the model before as one, the first time
    /// with that chosen on the validation slice: its doubts are less noisy than the labels. 0 refits on labels alone. Nil is 2
    /// where `fraudsToTeach` are labelled, else 0.
    ///
    /// - Source: Furlanello et al. 2018, "Born-again neural networks".
    public var generations: Int?
    /// With fewer frauds a model knows them by heart, and has nothing to teach about them: on a fifth of the Handbook's
    /// cards (1,800 frauds) average precision fell by 0.015, on half of them (4,400) it stayed, on all (8,900) it rose.
    public static let fraudsToTeach = 5000
    /// Training ends after so many epochs without a better validation slice; nil trains all epochs.
    public var patience: Int?

    /// Only events before this moment are read, and only labels known by it; nil is one past the newest event.
    public var untilMilliseconds: Int64?
    /// The last days with known labels, kept from training for choosing the epoch, the calibration and the threshold.
    public var validationDays = 7.0
    /// Whether the model is then trained once more, for as many epochs, on the validation slice too.
    public var refit = true
    public var calibration = CalibrationMethod.platt
    public var encoder = EncoderOptions()

    public var seed: UInt64 = 1
    /// Worker threads; the model does not depend on how many.
    public var threads = 2

    public init() {}

    /// The most passes that can be asked for.
    private static let mostEpochs = 1_000_000

    /// The first option out of its range, if one is.
    public var fault: TrainingError? {
        let (epochs, pretrainingEpochs) = (epochs ?? 1, pretrainingEpochs ?? 0)
        for (field, count) in [("epochs", epochs), ("pretrainingEpochs", pretrainingEpochs)]
        where !(0...Self.mostEpochs).contains(count) {
            return .outOfRange(field, count, "0 to \(Self.mostEpochs)")
        }
        if epochs + pretrainingEpochs == 0 {
            return .outOfRange(method.method == .pretrain ? "pretrainingEpochs" : "epochs", 0, "at least one epoch")
        }
        if let pseudoLabels, !(0.5...1).contains(pseudoLabels) {
            return .outOfRange("pseudoLabels", pseudoLabels, "0.5 to 1")
        }
        if !(1...4096).contains(batchSequences) { return .outOfRange("batchSequences", batchSequences, "1 to 4096") }
        if !(1...1_000_000).contains(maximumTokens) {
            return .outOfRange("maximumTokens", maximumTokens, "1 to 1000000")
        }
        if !(learningRate > 0 && learningRate.isFinite) {
            return .outOfRange("learningRate", learningRate, "a positive number")
        }
        if !(0...1).contains(warmup) { return .outOfRange("warmup", warmup, "0 to 1") }
        if !(0..<1).contains(beta1) { return .outOfRange("beta1", beta1, "0 to below 1") }
        if !(0..<1).contains(beta2) { return .outOfRange("beta2", beta2, "0 to below 1") }
        if !(weightDecay >= 0 && weightDecay.isFinite) { return .outOfRange("weightDecay", weightDecay, "0 or more") }
        if !(gradientClip > 0) { return .outOfRange("gradientClip", gradientClip, "a positive number") }
        if !(validationDays >= 0 && validationDays < 36_500) {
            return .outOfRange("validationDays", validationDays, "0 to below 36500")
        }
        if !(adversarialRadius >= 0 && adversarialRadius.isFinite) {
            return .outOfRange("adversarialRadius", adversarialRadius, "0 or more")
        }
        if !(0...1).contains(distillationWeight) {
            return .outOfRange("distillationWeight", distillationWeight, "0 to 1")
        }
        if let generations, !(0...100).contains(generations) {
            return .outOfRange("generations", generations, "0 to 100")
        }
        if let patience, patience < 1 { return .outOfRange("patience", patience, "at least 1") }
        if let fault = objective.fault ?? method.fault { return fault }
        if !(1...1024).contains(threads) { return .outOfRange("threads", threads, "1 to 1024") }
        return nil
    }
}
