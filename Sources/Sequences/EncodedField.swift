/// One raw feature as the fitted encoder maps it.
public struct EncodedField: Hashable, Sendable, Codable {
    public var feature: FeatureSpecification
    /// What is taken from a transformed number before scaling; 0 for a category.
    public var centre: Float
    /// What it is divided by; positive.
    public var scale: Float
    /// Ascending raw values at which a number's bins begin; empty for a category.
    public var edges: [Float]
    /// `StableHash.category` values, the most frequent first; empty for a number.
    public var vocabulary: [UInt32]
    /// The raw value that is usual: the median, or the most frequent category.
    public var usual: UInt32

    /// Bins: a number's intervals and one for missing; a category's vocabulary and one for unknown.
    public var binCount: Int {
        feature.kind == .number ? edges.count + 2 : vocabulary.count + 1
    }

    /// What is wrong with the field, if anything.
    var fault: String? {
        if !centre.isFinite { return "\(feature.name): centre is not finite" }
        if !(scale > 0 && scale.isFinite) { return "\(feature.name): scale is not positive" }
        if !zip(edges, edges.dropFirst()).allSatisfy(<) || !edges.allSatisfy(\.isFinite) {
            return "\(feature.name): edges are not ascending finite numbers"
        }
        if Set(vocabulary).count != vocabulary.count { return "\(feature.name): a category occurs twice" }
        if binCount > Int(UInt16.max) { return "\(feature.name): too many bins" }
        return nil
    }
}
