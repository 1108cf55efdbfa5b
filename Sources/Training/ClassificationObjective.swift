import Foundation

/// The loss of one labelled token; the mean over a step's labelled tokens is what is minimised.
protocol ClassificationObjective: Sendable {
    /// The loss and its derivative by the logit.
    func loss(logit: Float, fraud: Bool) -> (loss: Double, derivative: Float)
}

/// Binary cross-entropy of a logit.
struct BinaryCrossEntropy: ClassificationObjective {
    func loss(logit: Float, fraud: Bool) -> (loss: Double, derivative: Float) {
        let value = Double(logit)
        let decay = exp(-abs(value))
        let loss = max(value, 0) - (fraud ? value : 0) + log1p(decay)
        let probability = value >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
        return (loss, Float(probability - (fraud ? 1 : 0)))
    }
}
