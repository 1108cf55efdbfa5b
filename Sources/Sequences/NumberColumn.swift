/// One numeric feature's training values in ascending order, with their labels.
struct NumberColumn {
    /// A distinct value with the labels seen at it.
    struct Distinct {
        var value: Float
        var count: Int
        var labelled: Int
        var frauds: Int
    }

    private(set) var distinct: [Distinct] = []
    private(set) var count = 0

    /// Missing values are left out.
    init(rows: [UInt32], labels: [Int8], column: Int, stride: Int) {
        var keys: [UInt64] = []
        keys.reserveCapacity(labels.count)
        for token in labels.indices {
            let value = Float(bitPattern: rows[token * stride + column])
            guard !value.isNaN else { continue }
            // Adding zero makes −0 the same value as 0.
            keys.append(Self.key(of: value + 0, label: labels[token]))
        }
        keys.sort()
        count = keys.count
        for key in keys {
            let value = Self.value(of: key)
            let label = Int(key & 3) - 1
            if distinct.last?.value != value {
                distinct.append(Distinct(value: value, count: 0, labelled: 0, frauds: 0))
            }
            distinct[distinct.count - 1].count += 1
            distinct[distinct.count - 1].labelled += label >= 0 ? 1 : 0
            distinct[distinct.count - 1].frauds += label == 1 ? 1 : 0
        }
    }

    /// A key that sorts as the value does, with the label in its lowest bits.
    private static func key(of value: Float, label: Int8) -> UInt64 {
        let bits = value.bitPattern
        let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
        return UInt64(ordered) << 2 | UInt64(Int(label) + 1)
    }

    private static func value(of key: UInt64) -> Float {
        let ordered = UInt32(truncatingIfNeeded: key >> 2)
        return Float(bitPattern: ordered >> 31 == 1 ? ordered & 0x7fff_ffff : ~ordered)
    }

    /// The fitted field.
    func field(_ feature: FeatureSpecification, _ options: EncoderOptions) -> EncodedField {
        let (centre, scale) = scaling(feature.transform)
        let edges = Set(quantileEdges(options.quantileBins)).union(treeEdges(options)).sorted()
        return EncodedField(
            feature: feature, centre: centre, scale: scale, edges: edges, vocabulary: [],
            usual: (value(atRank: count / 2) ?? .nan).bitPattern)
    }

    /// The mean, and the larger of the deviation and a quarter of the 99.9th percentile of distances from the mean: a
    /// plain deviation would push the rare values of a rare feature far out.
    private func scaling(_ transform: FeatureSpecification.Transform) -> (centre: Float, scale: Float) {
        guard count > 0 else { return (0, 1) }
        func transformed(_ entry: Distinct) -> Double {
            Double(transform == .signedLog ? signedLog(entry.value) : entry.value)
        }
        let mean = distinct.reduce(0.0) { $0 + transformed($1) * Double($1.count) } / Double(count)
        var distances = distinct.map { (distance: abs(transformed($0) - mean), count: $0.count) }
        let variance = distances.reduce(0.0) { $0 + $1.distance * $1.distance * Double($1.count) } / Double(count)
        distances.sort { $0.distance < $1.distance }
        let rank = Int((Double(count) * 0.999).rounded(.down))
        var seen = 0
        var percentile = 0.0
        for (distance, count) in distances {
            seen += count
            percentile = distance
            if seen > rank { break }
        }
        let scale = Float(max(variance.squareRoot(), percentile / 4))
        return (Float(mean), scale > 1e-6 && scale.isFinite ? scale : 1)
    }

    private func value(atRank rank: Int) -> Float? {
        var seen = 0
        for entry in distinct {
            seen += entry.count
            if seen > rank { return entry.value }
        }
        return nil
    }

    private func quantileEdges(_ bins: Int) -> [Float] {
        guard bins > 1 else { return [] }
        var edges: [Float] = []
        var seen = 0
        var next = 1
        for index in distinct.indices.dropLast() {
            seen += distinct[index].count
            guard seen * bins >= next * count else { continue }
            edges.append(edge(after: index))
            while seen * bins >= next * count { next += 1 }
        }
        return edges
    }

    /// A value that parts `distinct[index]` from the next: above the one, at or below the other.
    func edge(after index: Int) -> Float {
        let (low, high) = (distinct[index].value, distinct[index + 1].value)
        let middle = low / 2 + high / 2
        return middle > low && middle <= high ? middle : high
    }
}
