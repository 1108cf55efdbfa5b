import CKernels

/// What a parameter-efficient method adds to the computation of every layer. Low-rank updates are not among them: they
/// are folded into the weights (`LowRank`).
public enum LayerAdapter: Codable, Sendable, Hashable {
    /// h + up(gelu(down(h))) after the attention and after the feed-forward part, `width` hidden units each.
    /// - Source: Houlsby et al., "Parameter-efficient transfer learning for NLP", 2019.
    case bottleneck(width: Int)
    /// `length` learned keys and values in every layer's attention, seen by every token, without time bias.
    /// - Source: Li and Liang, "Prefix-tuning", 2021.
    case prefix(length: Int)

    /// The most prefixes a layer can have.
    public static let longestPrefix = Int(CK_MOST_PREFIXES)

    /// Hidden units of the bottlenecks, 0 without.
    var bottleneckWidth: Int {
        if case .bottleneck(let width) = self { width } else { 0 }
    }

    /// Learned keys and values a layer, 0 without.
    var prefixLength: Int {
        if case .prefix(let length) = self { length } else { 0 }
    }
}
