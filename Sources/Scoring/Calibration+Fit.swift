import Foundation

extension Calibration {
    /// The fewest frauds and the fewest genuine events that a calibration is fitted on.
    public static let minimumOfEach = 10

    /// Platt's sigmoid on held-out logits; identity where there are too few of either kind or no rising fit.
    ///
    /// - Source: Platt, 1999, with the prior-corrected targets and Newton steps of Lin, Lin and Weng, 2007.
    public static func fitPlatt(logits: [Float], frauds: [Bool]) -> Calibration {
        let positives = Double(frauds.count { $0 })
        let negatives = Double(frauds.count) - positives
        guard logits.count == frauds.count, min(positives, negatives) >= Double(minimumOfEach) else { return .identity }
        let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
        func loss(_ slope: Double, _ intercept: Double) -> Double {
            zip(logits, frauds).reduce(0.0) { sum, pair in
                let value = slope * Double(pair.0) + intercept
                // log(1 + e^v) − target · v, without overflow.
                return sum + max(value, 0) + log1p(exp(-abs(value))) - (pair.1 ? high : low) * value
            }
        }
        var (slope, intercept) = (1.0, 0.0)
        var current = loss(slope, intercept)
        for _ in 0..<100 {
            var (g1, g0, h11, h10, h00) = (0.0, 0.0, 1e-9, 0.0, 1e-9)
            for (logit, fraud) in zip(logits, frauds) {
                let value = Double(logit)
                let probability = 1 / (1 + exp(-(slope * value + intercept)))
                let error = probability - (fraud ? high : low)
                let weight = probability * (1 - probability)
                (g1, g0) = (g1 + error * value, g0 + error)
                (h11, h10, h00) = (h11 + weight * value * value, h10 + weight * value, h00 + weight)
            }
            guard max(abs(g1), abs(g0)) > 1e-6 * Double(logits.count) else { break }
            let determinant = h11 * h00 - h10 * h10
            guard determinant > 0 else { break }
            let (d1, d0) = ((h00 * g1 - h10 * g0) / determinant, (h11 * g0 - h10 * g1) / determinant)
            var step = 1.0
            while step > 1e-8, loss(slope - step * d1, intercept - step * d0) >= current { step /= 2 }
            guard step > 1e-8 else { break }
            (slope, intercept) = (slope - step * d1, intercept - step * d0)
            current = loss(slope, intercept)
        }
        let fitted = Calibration.platt(slope: slope, intercept: intercept)
        return fitted.fault == nil ? fitted : .identity
    }

    /// Isotonic regression on held-out logits: equal logits are pooled first, so that ties do not matter.
    ///
    /// - Source: pool adjacent violators; each block stands at its mean logit, with straight lines between.
    public static func fitIsotonic(logits: [Float], frauds: [Bool]) -> Calibration {
        let positives = frauds.count { $0 }
        guard logits.count == frauds.count, min(positives, frauds.count - positives) >= minimumOfEach else {
            return .identity
        }
        struct Block {
            var logits: Double
            var frauds: Double
            var weight: Double
            var last: Float
            var share: Double { frauds / weight }
        }
        var blocks: [Block] = []
        for index in logits.indices.sorted(by: { logits[$0] < logits[$1] }) where logits[index].isFinite {
            let logit = logits[index]
            if let last = blocks.last, last.weight > 0, last.last == logit, last.logits / last.weight == Double(logit) {
                blocks[blocks.count - 1].logits += Double(logit)
                blocks[blocks.count - 1].frauds += frauds[index] ? 1 : 0
                blocks[blocks.count - 1].weight += 1
            } else {
                blocks.append(Block(logits: Double(logit), frauds: frauds[index] ? 1 : 0, weight: 1, last: logit))
            }
        }
        var pooled: [Block] = []
        for block in blocks {
            pooled.append(block)
            while pooled.count > 1, pooled[pooled.count - 2].share >= pooled[pooled.count - 1].share {
                let top = pooled.removeLast()
                let index = pooled.count - 1
                pooled[index].logits += top.logits
                pooled[index].frauds += top.frauds
                pooled[index].weight += top.weight
            }
        }
        var points: (logits: [Float], probabilities: [Float]) = ([], [])
        for block in pooled {
            let logit = Float(block.logits / block.weight)
            guard points.logits.last.map({ $0 < logit }) ?? true else { continue }
            points.logits.append(logit)
            points.probabilities.append(Float(block.share))
        }
        let fitted = Calibration.isotonic(logits: points.logits, probabilities: points.probabilities)
        return fitted.fault == nil ? fitted : .identity
    }
}
