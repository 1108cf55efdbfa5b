import ArgumentParser
import Training
import Transformer

/// What options are called on the command line, where libraries speak of their own properties.
enum OptionName {
    /// Options that are not called as their property is.
    private static let others = [
        "pretrainingEpochs": "pretrain-epochs", "batchSequences": "batch", "bottleneckWidth": "adapter-width",
        "distillationWeight": "distill-weight", "maximumRegression": "max-regression", "teacher": "distill-from",
        "kind": "objective",
    ]

    /// The option of a property, such as `--feed-forward` of `feedForward`.
    static func of(_ field: String) -> String {
        let words = field.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
        return "--" + (others[field] ?? words)
    }
}

extension TrainingError {
    /// What is wrong, by the names of the command line.
    var words: String {
        guard case .option(let field, let value, let expected) = self else { return description }
        return Self.option(field: OptionName.of(field), value: value, expected: expected).description
    }
}

extension TransformerError {
    /// What is wrong, by the names of the command line.
    var words: String {
        field.map { OptionName.of($0) + message.dropFirst($0.count) } ?? message
    }
}
