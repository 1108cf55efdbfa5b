public import Transformer

/// What a method of training a part of the model is given.
public struct MethodOptions: Sendable, Codable, Hashable {
    public var method = TrainingMethod.full
    /// What the trained part is called in the model directory; nil is the method.
    public var adapterName: String?
    /// Of `lora`.
    public var lowRank = LowRankShape()
    /// Of `lora`: directions that a dense layer keeps on average, the others are switched off in the course of training; nil
    /// keeps all.
    public var rankBudget: Double?
    /// Of `lora`: whether the biases are trained too.
    public var withBiases = false
    /// Of `lora`: whether the matrix that embeds the numbers is trained too, whole. Pretraining has no use for features that
    /// only labels give a meaning, and low-rank updates behind the embedding cannot make up for that.
    public var withNumbers = false
    /// Hidden units of an `adapter`'s bottlenecks.
    public var bottleneckWidth = 4
    /// Keys and values a layer of a `prefix`.
    public var prefixLength = 4

    public init() {}

    /// The first option out of its range, if one is.
    var fault: TrainingError? {
        let (ranks, longest) = (LowRankShape.ranks, LayerAdapter.longestPrefix)
        if !ranks.contains(lowRank.rank) {
            return .outOfRange("rank", lowRank.rank, "\(ranks.lowerBound) to \(ranks.upperBound)")
        }
        if !(lowRank.alpha > 0 && lowRank.alpha.isFinite) {
            return .outOfRange("alpha", lowRank.alpha, "a positive number")
        }
        if let rankBudget, !(rankBudget > 0 && rankBudget <= Double(lowRank.rank)) {
            return .outOfRange("rankBudget", rankBudget, "above 0, at most the rank \(lowRank.rank)")
        }
        if !(1...4096).contains(bottleneckWidth) { return .outOfRange("bottleneckWidth", bottleneckWidth, "1 to 4096") }
        if !(1...longest).contains(prefixLength) { return .outOfRange("prefixLength", prefixLength, "1 to \(longest)") }
        return nil
    }
}
