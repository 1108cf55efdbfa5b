/// Where a training run stands.
public struct TrainingProgress: Hashable, Sendable {
    /// What the run is doing.
    public enum Phase: String, Hashable, Sendable, Codable {
        case pretraining
        case training
        /// Trainings without some of the labelled users each, to see how users never labelled are ranked.
        case crossFitting = "cross-fitting"
        /// A training on what the models of all folds together say of unlabelled events, beside the labels.
        case pseudoLabels = "pseudo-labels"
        /// Trainings on the validation slice too, a generation after the other.
        case refit
    }

    public var phase: Phase
    /// Counted from 1.
    public var epoch: Int
    public var epochs: Int
    /// Counted from 1 within the phase.
    public var step: Int
    /// Steps of the whole phase.
    public var steps: Int
    /// Mean loss of the epoch so far.
    public var loss: Double

    /// The same of a phase that consists of so many equal trainings.
    func within(_ generation: Int, of generations: Int) -> TrainingProgress {
        TrainingProgress(
            phase: phase, epoch: epoch + generation * epochs, epochs: epochs * generations,
            step: step + generation * steps, steps: steps * generations, loss: loss)
    }
}
