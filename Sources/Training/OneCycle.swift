import Foundation

/// A learning rate that rises to its peak over the first share of steps and falls to almost nothing, both as half a cosine.
///
/// - Source: Smith and Topin, 2018; the numbers are those of `torch.optim.lr_scheduler.OneCycleLR`.
struct OneCycle {
    var peak: Double
    var steps: Int
    var warmup: Double

    /// The rate of a step, counted from 0.
    func rate(step: Int) -> Double {
        let start = peak / 25
        let end = start / 1e4
        let top = warmup * Double(steps) - 1
        let last = Double(steps - 1)
        let position = Double(step)
        if position <= top { return Self.cosine(start, peak, top > 0 ? position / top : 1) }
        return Self.cosine(peak, end, last > top ? (position - top) / (last - top) : 1)
    }

    private static func cosine(_ from: Double, _ to: Double, _ share: Double) -> Double {
        to + (from - to) / 2 * (1 + cos(.pi * min(max(share, 0), 1)))
    }
}
