/// Quantiles with linear interpolation between order statistics, numpy's default.
enum Quantile {
    /// - Parameter sorted: ascending; nil where it is empty.
    static func of(_ sorted: [Double], _ share: Double) -> Double? {
        guard let last = sorted.last else { return nil }
        let position = share * Double(sorted.count - 1)
        let below = Int(position.rounded(.down))
        guard below + 1 < sorted.count else { return last }
        return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}
