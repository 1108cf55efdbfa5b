internal import Foundation
internal import Scoring

/// Population stability index: how far a distribution has moved.
///
/// Σ (during − before) · ln(during / before) over bins of shares; an empty bin counts as half an event. By the usual
/// reading less than 0.1 is stable and more than 0.25 a shift that asks for a look.
public enum PopulationStability {
    /// - Parameters:
    ///   - before: (bins) events.
    ///   - during: (bins) events.
    /// - Returns: nil where one side has no event.
    public static func index(before: [Int], during: [Int]) -> Double? {
        func shares(_ counts: [Int]) -> [Double]? {
            let total = counts.reduce(0, +)
            return total > 0 ? counts.map { max(Double($0), 0.5) / Double(total) } : nil
        }
        guard let old = shares(before), let new = shares(during), old.count == new.count else { return nil }
        // Bins that neither side fills say nothing.
        return old.indices.reduce(0.0) { sum, bin in
            before[bin] == 0 && during[bin] == 0
                ? sum : sum + (new[bin] - old[bin]) * log(new[bin] / old[bin])
        }
    }

    /// Of scores, in ten bins with a tenth of the earlier scores each.
    ///
    /// - Returns: nil where one side has no score.
    public static func index(scoresBefore before: [Float], during: some Sequence<Float>, bins: Int = 10) -> Double? {
        let during = Column(during)
        guard !before.isEmpty, !during.isEmpty else { return nil }
        let sorted = before.sorted()
        // Equal scores may make edges meet: such bins stay empty on both sides.
        let edges = (1..<bins).map { sorted[$0 * sorted.count / bins] }
        func counts(_ scores: some Sequence<Float>) -> [Int] {
            var counts = [Int](repeating: 0, count: bins)
            for score in scores {
                var (low, high) = (0, edges.count)
                while low < high {
                    let middle = (low + high) / 2
                    if edges[middle] <= score { low = middle + 1 } else { high = middle }
                }
                counts[low] += 1
            }
            return counts
        }
        return index(before: counts(before), during: counts(during))
    }
}
