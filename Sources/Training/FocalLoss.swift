import Foundation

/// (target − p)^γ times the binary cross-entropy: tokens that are nearly right count next to nothing.
///
/// - Source: Lin et al., "Focal loss for dense object detection", 2017; with smoothed targets as the quality focal loss of Li et
///   al., 2020, which is the same for targets 0 and 1.
struct FocalLoss: ClassificationObjective {
    var fraudWeight = 1.0
    var focusing = 2.0
    var smoothing = 0.0

    func loss(logit: Float, fraud: Bool) -> (loss: Double, derivative: Float) {
        let target = (fraud ? 1 : 0) * (1 - smoothing) + smoothing / 2
        let (entropy, slope) = BinaryCrossEntropy.loss(logit: logit, target: target)
        // slope is p − target.
        let distance = abs(slope)
        let weight = fraud ? fraudWeight : 1
        guard distance > 0 else { return (0, 0) }
        let probability = slope + target
        let modulation = pow(distance, focusing)
        let change = focusing * modulation / distance * (slope < 0 ? -1 : 1) * probability * (1 - probability)
        return (modulation * entropy * weight, Float((modulation * slope + change * entropy) * weight))
    }
}
