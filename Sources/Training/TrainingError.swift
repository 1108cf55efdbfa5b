/// Why a model could not be trained.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    case option(field: String, expected: String)
    /// No event before the cut-off.
    case noEvents
    /// No label known by the cut-off before the validation slice, and no pretraining asked for.
    case noLabels(String)
    /// The loss stopped being a number.
    case diverged(epoch: Int, step: Int)
    /// A part did not fit another: the encoder, the transformer or the model.
    case model(String)

    public var description: String {
        switch self {
        case .option(let field, let expected): "\(field): expected \(expected)"
        case .noEvents: "there is no event before the cut-off to train on"
        case .noLabels(let detail): "there is no label to train on: \(detail)"
        case .diverged(let epoch, let step):
            "the loss stopped being a number in epoch \(epoch), step \(step): lower the learning rate"
        case .model(let detail): detail
        }
    }
}
