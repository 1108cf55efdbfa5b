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

/// Fraud or not, for the tokens whose label is known.
struct ClassificationTask<Objective: ClassificationObjective>: TrainingTask {
    let objective: Objective
    /// By token of the sequences: 1 fraud, 0 genuine, −1 no target.
    let labels: [Int8]

    var outputs: Outputs { .classifier }

    func targets(in chunk: SequenceChunk) -> Int {
        chunk.scored.count { labels[$0] >= 0 }
    }

    func differentiate(
        _ chunks: ArraySlice<SequenceChunk>, _ batch: TokenBatch, _ workspace: Workspace, scale: Float
    ) -> Double {
        let logits = workspace.logits
        var sum = 0.0
        var row = 0
        for chunk in chunks {
            for token in chunk.tokens {
                if token >= chunk.scored.lowerBound, labels[token] >= 0 {
                    let (loss, derivative) = objective.loss(logit: logits[row], fraud: labels[token] == 1)
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
