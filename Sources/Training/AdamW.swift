import Foundation
import Transformer

/// Adam with decoupled weight decay on the tensors whose table says so. Moves some tensors and leaves the others alone.
///
/// - Source: Loshchilov and Hutter, 2019; step for step as `torch.optim.AdamW`.
final class AdamW {
    private let moving: [TensorTable.Entry]
    private let mean: Parameters
    private let square: Parameters
    private let beta1: Double
    private let beta2: Double
    private let weightDecay: Double
    private let epsilon: Float = 1e-8
    private var steps = 0

    /// - Parameter moving: the tensors to move; nil is all.
    init(
        _ table: TensorTable, moving: [TensorTable.Entry]? = nil, beta1: Double, beta2: Double, weightDecay: Double
    ) {
        self.moving = moving ?? table.entries
        mean = Parameters(table)
        square = Parameters(table)
        self.beta1 = beta1
        self.beta2 = beta2
        self.weightDecay = weightDecay
    }

    /// Scales the gradients down to a norm of at most `limit`, all moving tensors together; gives the norm before.
    @discardableResult
    func clip(_ gradients: Parameters, to limit: Double) -> Double {
        var sum = 0.0
        for entry in moving {
            for value in gradients[entry] { sum += Double(value) * Double(value) }
        }
        let norm = sum.squareRoot()
        let factor = Float(limit / (norm + 1e-6))
        guard factor < 1 else { return norm }
        for entry in moving {
            let values = gradients[entry]
            for index in values.indices { values[index] *= factor }
        }
        return norm
    }

    /// Moves the parameters against the gradients.
    func step(_ parameters: Parameters, _ gradients: Parameters, rate: Double) {
        steps += 1
        let stepSize = Float(rate / (1 - pow(beta1, Double(steps))))
        let correction = Float((1 - pow(beta2, Double(steps))).squareRoot())
        let (b1, b2) = (Float(beta1), Float(beta2))
        for entry in moving {
            let keep = entry.decays ? Float(1 - rate * weightDecay) : 1
            guard let values = parameters[entry].baseAddress, let gradient = gradients[entry].baseAddress,
                let mean = mean[entry].baseAddress, let square = square[entry].baseAddress
            else { continue }
            for index in 0..<entry.count {
                let slope = gradient[index]
                mean[index] = mean[index] * b1 + slope * (1 - b1)
                square[index] = square[index] * b2 + slope * slope * (1 - b2)
                let deviation = square[index].squareRoot() / correction + epsilon
                values[index] = values[index] * keep - stepSize * (mean[index] / deviation)
            }
        }
    }
}
