import Foundation
import Transformer

/// Gives a budget of ranks to the layers that use them: directions of B diag(E) A that matter least are switched off,
/// in ever finer choice, until the budget holds.
///
/// - Source: Zhang et al., "AdaLoRA", 2023: importance by smoothed sensitivity and uncertainty (equations 7 to 10), the cubic
///   schedule (12), orthogonality of B's columns and A's rows instead of a decomposition (4).
final class RankAllocator {
    /// Of the exponential means of sensitivity and of uncertainty.
    private static let smoothing: Float = 0.85
    /// What the orthogonality penalty weighs.
    private static let orthogonality: Float = 0.1
    /// Shares of the training before directions are switched off, and after the budget is reached.
    private static let (warmup, settled) = (0.2, 0.5)

    private let lowRank: LowRank
    private let budget: Int
    private let steps: Int
    private let sensitivity: Parameters
    private let uncertainty: Parameters

    /// - Parameter budget: directions a layer on average.
    init(_ lowRank: LowRank, budget: Double, steps: Int) {
        self.lowRank = lowRank
        self.budget = max(1, Int((budget * Double(lowRank.updates.count)).rounded()))
        self.steps = steps
        sensitivity = Parameters(lowRank.table)
        uncertainty = Parameters(lowRank.table)
    }

    /// Adds the derivatives of γ (‖BᵀB − 1‖² + ‖AAᵀ − 1‖²) to the gradients.
    func regularise(_ parameters: Parameters, _ gradients: Parameters) {
        for update in lowRank.updates {
            let rank = lowRank.shape.rank
            let (inputs, outputs) = (update.weight.shape[1], update.weight.shape[0])
            // A's rows lie one after the other, B's columns side by side.
            Self.addOrthogonality(parameters[update.a], gradients[update.a], rank, inputs, step: 1, row: inputs)
            Self.addOrthogonality(parameters[update.b], gradients[update.b], rank, outputs, step: rank, row: 1)
        }
    }

    /// Vectors k of `length` values at `k * row + i * step`: gradient += 4 γ (V Vᵀ − 1) V.
    private static func addOrthogonality(
        _ values: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeMutableBufferPointer<Float>, _ count: Int,
        _ length: Int, step: Int, row: Int
    ) {
        for k in 0..<count {
            for other in 0..<count {
                var dot: Float = k == other ? -1 : 0
                for i in 0..<length { dot += values[k * row + i * step] * values[other * row + i * step] }
                let factor = 4 * orthogonality * dot
                for i in 0..<length { gradient[k * row + i * step] += factor * values[other * row + i * step] }
            }
        }
    }

    /// After an optimiser's step: takes the step's gradients into the importances and switches off what the schedule does
    /// not leave.
    func allocate(_ parameters: Parameters, _ gradients: Parameters, step: Int) {
        observe(parameters, gradients)
        let all = lowRank.updates.count * lowRank.shape.rank
        let kept = self.kept(step: step, of: all)
        guard kept < all else { return }
        var directions: [(importance: Float, update: Int, k: Int)] = []
        for (index, update) in lowRank.updates.enumerated() {
            for k in 0..<lowRank.shape.rank { directions.append((importance(update, k), index, k)) }
        }
        directions.sort { ($1.importance, $0.update, $0.k) < ($0.importance, $1.update, $1.k) }
        for direction in directions[kept...] {
            guard let e = lowRank.updates[direction.update].e else { continue }
            parameters[e][direction.k] = 0
        }
    }

    /// Directions left after a step, counted from 0.
    func kept(step: Int, of all: Int) -> Int {
        let first = Self.warmup * Double(steps)
        let last = (1 - Self.settled) * Double(steps)
        guard Double(step) >= first, budget < all else { return all }
        guard Double(step) < last else { return budget }
        let left = 1 - (Double(step) - first) / max(last - first, 1)
        return budget + Int((Double(all - budget) * left * left * left).rounded(.up))
    }

    /// How many directions each updated layer has left, in the order of `LowRank.updates`.
    func ranks(_ parameters: Parameters) -> [Int] {
        lowRank.updates.map { update in update.e.map { parameters[$0].count { $0 != 0 } } ?? lowRank.shape.rank }
    }

    private func observe(_ parameters: Parameters, _ gradients: Parameters) {
        let keep = Self.smoothing
        for entry in lowRank.updates.flatMap({ [$0.a, $0.b] + [$0.e].compactMap(\.self) }) {
            let (values, slopes) = (parameters[entry], gradients[entry])
            let (means, deviations) = (sensitivity[entry], uncertainty[entry])
            for index in values.indices {
                let sensitive = abs(values[index] * slopes[index])
                means[index] = keep * means[index] + (1 - keep) * sensitive
                deviations[index] = keep * deviations[index] + (1 - keep) * abs(sensitive - means[index])
            }
        }
    }

    private func importance(_ update: LowRank.Update, _ k: Int) -> Float {
        let rank = lowRank.shape.rank
        let (inputs, outputs) = (update.weight.shape[1], update.weight.shape[0])
        func score(_ entry: TensorTable.Entry, _ index: Int) -> Float {
            sensitivity[entry][index] * uncertainty[entry][index]
        }
        let a = (0..<inputs).reduce(Float(0)) { $0 + score(update.a, k * inputs + $1) } / Float(inputs)
        let b = (0..<outputs).reduce(Float(0)) { $0 + score(update.b, $1 * rank + k) } / Float(outputs)
        return (update.e.map { score($0, k) } ?? 0) + a + b
    }
}
