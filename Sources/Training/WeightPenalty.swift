import Scoring
import Sequences
import Transformer

/// Holds weights near those that an earlier task found, each as fast as that task's loss depends on it.
///
/// λ/2 Σ F (θ − θ*)². - Source: Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", 2017 (EWC).
final class WeightPenalty: @unchecked Sendable {
    // Sendable: nothing changes after the initialiser.
    private let anchor: Parameters
    private let fisher: Parameters
    private let strength: Float

    /// - Parameters:
    ///   - anchor: the weights to stay near, of the model that is computed.
    ///   - fisher: as many, none negative.
    init(anchor: Parameters, fisher: Parameters, strength: Double) {
        self.anchor = anchor
        self.fisher = fisher
        self.strength = Float(strength)
    }

    /// Adds the penalty's derivatives by the weights.
    func add(to gradients: Parameters, at weights: Parameters) {
        let (g, w, a, f) = (gradients.values, weights.values, anchor.values, fisher.values)
        for index in g.indices { g[index] += strength * f[index] * (w[index] - a[index]) }
    }

    /// The diagonal of the empirical Fisher information over labelled chunks, scaled to a mean of 1 over all weights so that
    /// a strength means the same for every model.
    ///
    /// Of a batch of n targets it takes n times the squared mean gradient, whose expectation at the optimum is that of a
    /// single target's squared gradient.
    /// - Throws: `TransformerError` where the sequences were encoded for another model.
    static func fisher(
        _ step: TrainingStep, _ chunks: [SequenceChunk], _ task: some TrainingTask, at parameters: Parameters
    ) throws(TransformerError) -> Parameters {
        let fisher = Parameters(step.computedGradients.table)
        let f = fisher.values
        for start in stride(from: 0, to: chunks.count, by: TrainingStep.shardSequences) {
            let batch = chunks[start..<min(start + TrainingStep.shardSequences, chunks.count)]
            let outcome = try step.run(batch, parameters, task, dropoutSeed: nil)
            let g = step.computedGradients.values
            for index in f.indices { f[index] += g[index] * g[index] * Float(outcome.targets) }
        }
        let total = f.reduce(0.0) { $0 + Double($1) }
        let count = fisher.table.entries.reduce(0) { $0 + $1.count }
        guard total > 0 else { return fisher }
        let scale = Float(Double(count) / total)
        for index in f.indices { f[index] *= scale }
        return fisher
    }
}
