/// The loss of a labelled token.
public struct ObjectiveOptions: Sendable, Codable, Hashable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Binary cross-entropy.
        case bce
        /// Focal loss: easy tokens count less.
        case focal
    }

    public var kind = Kind.bce
    /// What a fraud counts, a genuine event counting 1.
    public var fraudWeight = 1.0
    /// Of the focal loss: the power of how wrong a token is that its loss is weighed with.
    public var focusing = 2.0
    /// How far targets lie from 0 and 1, half of it on each side.
    public var labelSmoothing = 0.0

    public init() {}

    /// The first option out of its range, if one is.
    var fault: TrainingError? {
        if !(fraudWeight > 0 && fraudWeight.isFinite) {
            return .outOfRange("fraudWeight", fraudWeight, "a positive number")
        }
        if !(0...10).contains(focusing) { return .outOfRange("focusing", focusing, "0 to 10") }
        if !(0..<1).contains(labelSmoothing) { return .outOfRange("labelSmoothing", labelSmoothing, "0 to below 1") }
        return nil
    }

    /// The objective itself.
    var objective: any ClassificationObjective {
        switch kind {
        case .bce: BinaryCrossEntropy(fraudWeight: fraudWeight, smoothing: labelSmoothing)
        case .focal: FocalLoss(fraudWeight: fraudWeight, focusing: focusing, smoothing: labelSmoothing)
        }
    }
}
