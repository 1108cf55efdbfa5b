import Foundation

/// The loss of one labelled token; the mean over a step's labelled tokens is what is minimised.
protocol ClassificationObjective: Sendable {
    /// The loss and its derivative by the logit.
    func loss(logit: Float, fraud: Bool) -> (loss: Double, derivative: Float)
}

/// Binary cross-entropy of a logit, frauds weighed, targets moved towards one half.
struct BinaryCrossEntropy: ClassificationObjective {
    var fraudWeight = 1.0
    var smoothing = 0.0

    func loss(logit: Float, fraud: Bool) -> (loss: Double, derivative: Float) {
        let target = (fraud ? 1 : 0) * (1 - smoothing) + smoothing / 2
        let (loss, derivative) = Self.loss(logit: logit, target: target)
        let weight = fraud ? fraudWeight : 1
        return (loss * weight, Float(derivative * weight))
    }

    /// Of a target anywhere in 0...1.
    static func loss(logit: Float, target: Double) -> (loss: Double, derivative: Double) {
        let value = Double(logit)
        let decay = exp(-abs(value))
        let loss = max(value, 0) - target * value + log1p(decay)
        let probability = value >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
        return (loss, probability - target)
    }
}
