/// Why a model could not be trained.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An option out of its range, or one that does not fit the others; with its value where that says more.
    case option(field: String, value: String? = nil, expected: String)
    /// No event before the cut-off.
    case noEvents
    /// No label known by the cut-off before the validation slice, and no pretraining asked for.
    case noLabels(String)
    /// The loss stopped being a number.
    case diverged(epoch: Int, step: Int)
    /// A part did not fit another: the encoder, the transformer or the model.
    case model(String)

    static func outOfRange(_ field: String, _ value: some Any, _ expected: String) -> TrainingError {
        .option(field: field, value: "\(value)", expected: expected)
    }

    public var description: String {
        switch self {
        case .option(let field, let value, let expected):
            "\(field)\(value.map { " \($0)" } ?? ""): expected \(expected)"
        case .noEvents: "there is no event before the cut-off to train on"
        case .noLabels(let detail): "there is no label to train on: \(detail)"
        case .diverged(let epoch, let step):
            "the loss stopped being a number in epoch \(epoch), step \(step): lower the learning rate"
        case .model(let detail): detail
        }
    }
}
