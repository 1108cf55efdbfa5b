/// How finely an encoder divides numbers and categories.
public struct EncoderOptions: Hashable, Sendable, Codable {
    /// Intervals of equal count.
    public var quantileBins = 16
    /// Leaves of the one-dimensional decision tree whose edges are added to the quantiles.
    public var treeLeaves = 16
    /// The fewest labelled tokens in a leaf.
    public var minimumLeaf = 64
    /// The least gain in log-likelihood, in nats, that a split of the tree must bring.
    public var minimumGain = 4.0
    /// The most categories of one field; rarer ones are unknown.
    public var vocabularySize = 2048
    /// The fewest occurrences of a category.
    public var minimumCount = 10

    public init() {}
}
