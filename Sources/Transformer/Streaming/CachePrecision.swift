import CKernels

/// How cached keys and values are held. What a token attends to is what the cache holds, its own key and value
/// included, so a cache rebuilt from its tokens is the same bits whatever the precision.
public enum CachePrecision: String, Sendable, Hashable, Codable, CaseIterable {
    /// As they are computed.
    case float32
    /// Rounded to eight significant bits.
    case bf16
    /// Rounded to 255 steps of the largest in a token's key, or value, of one layer.
    case int8

    /// The cheapest whose loss of average precision on the Handbook is at most 0.001: measured, 0.00001.
    public static let standard = CachePrecision.int8

    var kernel: ck_precision {
        switch self {
        case .float32: CK_FLOAT32
        case .bf16: CK_BFLOAT16
        case .int8: CK_INT8
        }
    }
}
