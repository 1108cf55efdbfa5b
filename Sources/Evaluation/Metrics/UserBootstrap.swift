internal import Foundation
internal import Scoring

/// Figures on resamples of whole users: events of one card are no independent evidence.
///
/// Rows are sorted by score once; a resample is a multiplicity for each user, and one pass over the sorted rows counts 16
/// resamples at a time. Equal to computing each figure on rows repeated as often as their user was drawn.
public struct UserBootstrap: Sendable {
    public var resamples: Int
    public var seed: UInt64
    public var threads: Int

    /// - Parameter resamples: rounded up to a multiple of 16.
    public init(resamples: Int = 1000, seed: UInt64 = 1, threads: Int = 2) {
        self.resamples = max(1, resamples)
        self.seed = seed
        self.threads = max(1, threads)
    }

    /// Every figure on every resample; the same resamples for all columns with the same users.
    ///
    /// - Complexity: resamples · rows / 16 vector additions.
    public func run(_ columns: OutcomeColumns, costs: DecisionCosts? = nil) -> BootstrapSamples {
        guard columns.count > 0 else { return BootstrapSamples(values: [:]) }
        let problem = BootstrapProblem(columns, costs: costs)
        let lanes = ResampledWeights.lanes
        let blocks = (resamples + lanes - 1) / lanes
        let results = ParallelWork.map(count: blocks, threads: threads) { block in
            problem.figures(ResampledWeights(users: problem.userCount, block: block, seed: seed))
        }
        var values: [Figure: [Double]] = [:]
        for (figure, samples) in results.joined() { values[figure, default: []] += samples }
        return BootstrapSamples(values: values.mapValues { Array($0.prefix(resamples)) })
    }
}

/// Figures by resample.
public struct BootstrapSamples: Sendable {
    /// (resamples) for each figure, NaN where it is not defined on a resample.
    public let values: [Figure: [Double]]

    /// 95 % intervals.
    public var intervals: [Figure: Interval] { values.compactMapValues { Interval(samples: $0) } }

    /// 95 % intervals of these figures less those of the other, resample by resample.
    public func intervals(less other: BootstrapSamples) -> [Figure: Interval] {
        var intervals: [Figure: Interval] = [:]
        for (figure, own) in values {
            guard let theirs = other.values[figure], own.count == theirs.count else { continue }
            intervals[figure] = Interval(samples: zip(own, theirs).map { $0 - $1 })
        }
        return intervals
    }
}
