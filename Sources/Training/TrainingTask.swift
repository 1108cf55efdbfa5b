import Foundation
import Sequences
import Transformer

/// What a step is trained on: which tokens are targets, and the loss of each.
protocol TrainingTask: Sendable {
    /// The heads it needs.
    var outputs: Outputs { get }

    /// How many targets a chunk has.
    func targets(in chunk: SequenceChunk) -> Int

    /// Overwrites the logits in the workspace by the derivatives of the loss times `scale`; gives the loss's sum.
    func differentiate(
        _ chunks: ArraySlice<SequenceChunk>, _ batch: TokenBatch, _ workspace: Workspace, scale: Float
    ) -> Double
}

/// Fraud or not, for the tokens whose label is known, and what a teacher says of the tokens it has seen.
struct ClassificationTask: TrainingTask {
    let objective: any ClassificationObjective
    /// By token of the sequences: 1 fraud, 0 genuine, −1 no target.
    let labels: [Int8]
    var teacher = Teacher()

    /// What another model says, to be followed beside the labels.
    struct Teacher {
        /// By token of the sequences: the teacher's logit, NaN where it is not to be followed; empty for no teacher.
        var logits: [Float] = []
        /// The share of a token's loss that the teacher has, the label having the rest.
        var weight = 0.5
    }

    var outputs: Outputs { .classifier }

    func targets(in chunk: SequenceChunk) -> Int {
        chunk.scored.count { labels[$0] >= 0 || follows($0) }
    }

    private func follows(_ token: Int) -> Bool { !teacher.logits.isEmpty && !teacher.logits[token].isNaN }

    /// The loss of a token that is a target, and its derivative by the logit.
    private func loss(_ logit: Float, of token: Int) -> (loss: Double, derivative: Float) {
        let follows = follows(token)
        var (loss, derivative) = (0.0, Float(0))
        if labels[token] >= 0 {
            (loss, derivative) = objective.loss(logit: logit, fraud: labels[token] == 1)
        }
        guard follows else { return (loss, derivative) }
        let opinion = 1 / (1 + exp(-Double(teacher.logits[token])))
        let (distance, slope) = BinaryCrossEntropy.loss(logit: logit, target: opinion)
        let weight = teacher.weight
        return (
            (1 - weight) * loss + weight * distance, Float((1 - weight) * Double(derivative) + weight * slope)
        )
    }

    func differentiate(
        _ chunks: ArraySlice<SequenceChunk>, _ batch: TokenBatch, _ workspace: Workspace, scale: Float
    ) -> Double {
        let logits = workspace.logits
        var sum = 0.0
        var row = 0
        for chunk in chunks {
            for token in chunk.tokens {
                if token >= chunk.scored.lowerBound, labels[token] >= 0 || follows(token) {
                    let (loss, derivative) = loss(logits[row], of: token)
                    sum += loss
                    logits[row] = derivative * scale
                } else {
                    logits[row] = 0
                }
                row += 1
            }
        }
        return sum
    }
}
