import Foundation
import Sequences
import Transformer

/// The next event's bins: amount, time gap and every category of the schema. It needs no labels.
struct PretrainingTask: TrainingTask {
    /// The fields whose next bin each head predicts.
    let fields: [Int]
    let classes: [Int]

    init(_ encoder: Encoder) {
        fields = encoder.fields.indices.filter { index in
            let feature = encoder.fields[index].feature
            return feature.kind == .category || feature.name == "amount" || feature.name == "time_since_last"
        }
        classes = fields.map { encoder.fields[$0].binCount }
    }

    var outputs: Outputs { .pretraining }

    /// Every token but a chunk's last has a successor in the chunk; context tokens are targets of the chunk before.
    func targets(in chunk: SequenceChunk) -> Int {
        max(0, chunk.scored.count - 1)
    }

    func differentiate(
        _ chunks: ArraySlice<SequenceChunk>, _ batch: TokenBatch, _ workspace: Workspace, scale: Float
    ) -> Double {
        var sum = 0.0
        for (head, field) in fields.enumerated() {
            let logits = workspace.pretrainingLogits(head)
            var row = 0
            for chunk in chunks {
                let context = chunk.scored.lowerBound - chunk.start
                for position in 0..<chunk.tokens.count {
                    let place = logits[row * classes[head]..<(row + 1) * classes[head]]
                    let isTarget = position >= context && position < chunk.tokens.count - 1
                    if isTarget {
                        let next = Int(batch.bins[(row + 1) * batch.fieldsPerToken + field])
                        sum += Self.crossEntropy(UnsafeMutableBufferPointer(rebasing: place), next, scale)
                    } else {
                        UnsafeMutableBufferPointer(rebasing: place).update(repeating: 0)
                    }
                    row += 1
                }
            }
        }
        return sum
    }

    /// The loss of one row of logits, which become (softmax − one-hot) · scale.
    private static func crossEntropy(
        _ logits: UnsafeMutableBufferPointer<Float>, _ target: Int, _ scale: Float
    ) -> Double {
        let highest = logits.max() ?? 0
        let distance = Double(highest - logits[target])
        var total: Float = 0
        for index in logits.indices {
            logits[index] = exp(logits[index] - highest)
            total += logits[index]
        }
        for index in logits.indices { logits[index] *= scale / total }
        logits[target] -= scale
        return distance + log(Double(total))
    }
}
