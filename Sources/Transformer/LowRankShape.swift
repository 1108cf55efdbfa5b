/// The shape of low-rank updates to every dense layer of attention and feed-forward parts: W + α/r · B A.
///
/// - Source: Hu et al., "LoRA", 2021; with `allocated` B diag(E) A as in Zhang et al., "AdaLoRA", 2023.
public struct LowRankShape: Codable, Sendable, Hashable {
    /// The ranks that updates can have.
    public static let ranks = 1...1024

    /// Columns of B and rows of A, r.
    public var rank: Int
    /// What the update is scaled by, times r.
    public var alpha: Float
    /// Whether a diagonal E stands between B and A, so that directions can be switched off one by one.
    public var allocated: Bool

    public init(rank: Int = 4, alpha: Float = 8, allocated: Bool = false) {
        self.rank = rank
        self.alpha = alpha
        self.allocated = allocated
    }

    /// α / r
    public var scale: Float { alpha / Float(rank) }

    /// - Throws: `TransformerError` naming the field at fault.
    public func validate() throws(TransformerError) {
        guard Self.ranks.contains(rank) else {
            throw TransformerError(field: "rank", "is \(rank), must be in \(Self.ranks)")
        }
        guard alpha > 0, alpha.isFinite else {
            throw TransformerError(field: "alpha", "is \(alpha), must be positive")
        }
    }

    /// Whether a tensor of the base is a dense layer's weight that gets an update.
    static func isUpdated(_ entry: TensorTable.Entry) -> Bool {
        ["attention.qkv.weight", "attention.output.weight", "feed_forward.up.weight", "feed_forward.down.weight"]
            .contains { entry.name.hasSuffix(".\($0)") }
    }
}
