import Transactions

extension EntityTimeline {
    /// When a timeline is read, and how far back in buckets each figure looks.
    struct Moment {
        var milliseconds: Int64
        var bucket: Int64
        var delayBuckets: Int64
        var windows: SIMD3<Int64>
        var horizonBuckets: Int64
    }

    /// The most frauds of a run whose amounts are looked at: where labels tell of frauds alone a run never ends.
    private static let runAmounts = 16

    /// What each older label weighs less in the exponential mean.
    private static let meanDecay: Float = 0.8

    /// Reads where every read begins; see `EntityLedger.touch`.
    func touch() -> Int {
        let count = counts.withUnsafeBufferPointer { $0.isEmpty ? 0 : Int($0[$0.count >> 1].cumulative) }
        let label = labels.withUnsafeBufferPointer { $0.isEmpty ? 0 : Int($0[$0.count - 1].lastFraud) }
        return count &+ label
    }

    func fill(_ risk: inout EntityRisk, at moment: Moment) {
        counts.withUnsafeBufferPointer { Self.fillCounts(&risk, $0, moment) }
        labels.withUnsafeBufferPointer { Self.fillLabels(&risk, $0, moment) }
    }

    private static func fillCounts(
        _ risk: inout EntityRisk, _ counts: UnsafeBufferPointer<Count>, _ moment: Moment
    ) {
        func transactions(before end: Int) -> UInt32 { end == 0 ? 0 : counts[end - 1].cumulative }
        let end = lowerBound(of: moment.bucket, fromEndOf: counts)
        guard end > 0 else { return }
        // Each bound is at or before the last, and a bucket has one entry at most: the searches are short.
        var bound = end
        for window in 0..<2 {
            let length = moment.windows[window]
            bound = lowerBound(
                of: moment.bucket &- length, in: counts, from: max(0, end - Int(length)), before: bound)
            risk.recent[window] = Float(transactions(before: end) &- transactions(before: bound))
        }
        let matured = moment.bucket &- moment.delayBuckets
        let maturedEnd = lowerBound(
            of: matured, in: counts, from: max(0, end - Int(moment.delayBuckets)), before: end)
        bound = maturedEnd
        for window in 0..<3 {
            let length = moment.windows[window]
            bound = lowerBound(
                of: matured &- length, in: counts, from: max(0, maturedEnd - Int(length)), before: bound)
            risk.matured[window] = Float(transactions(before: maturedEnd) &- transactions(before: bound))
        }
    }

    private static func fillLabels(
        _ risk: inout EntityRisk, _ labels: UnsafeBufferPointer<LabelEntry>, _ moment: Moment
    ) {
        func frauds(before end: Int) -> UInt32 { end == 0 ? 0 : labels[end - 1].cumulativeFrauds }
        let end = lowerBound(of: moment.bucket, fromEndOf: labels)
        let start = lowerBound(of: moment.bucket &- moment.horizonBuckets, in: labels, before: end)
        guard end > start else { return }
        var bound = end
        for window in 0..<3 {
            bound = lowerBound(of: moment.bucket &- moment.windows[window], in: labels, before: bound)
            risk.frauds[window] = Float(frauds(before: end) &- frauds(before: max(start, bound)))
        }
        let newest = labels[end - 1]
        let held = end - start
        for age in 0..<min(3, held) { risk.lastLabels[age] = Float(newest.recent >> age & 1) }
        var (weight, weights, weighted): (Float, Float, Float) = (1, 0, 0)
        for age in 0..<min(UInt16.bitWidth, held) {
            weighted += weight * Float(newest.recent >> age & 1)
            weights += weight
            weight *= meanDecay
        }
        risk.labelMean = weighted / weights
        risk.newestLabelDays = days(from: newest.knownAt, to: moment)
        if newest.lastFraud != .max, Int(newest.lastFraud) >= start {
            risk.lastFraudDays = days(from: labels[Int(newest.lastFraud)].knownAt, to: moment)
        }
        // Beyond the horizon nothing counts, or a restart from the retained parts would differ.
        let runStart = max(start, Int(newest.runStart))
        let genuine = runStart > start ? midnights(before: labels[runStart - 1].knownAt) : nil
        let now = midnights(before: moment.milliseconds)
        if let genuine { risk.genuineMidnights = Float(max(0, now - genuine)) }
        guard runStart < end else { return }
        let first = labels[runStart].knownAt
        risk.fraudRun = Float(end - runStart)
        risk.fraudRunDays = days(from: first, to: moment)
        risk.fraudRunMidnights = Float(max(0, now - midnights(before: first)))
        // The least of two, and whichever is known.
        for index in max(runStart, end - runAmounts)..<end {
            risk.fraudRunAmount = Float.minimum(risk.fraudRunAmount, labels[index].amount)
        }
        if let genuine { risk.fraudRunGap = Float(max(0, midnights(before: first) - genuine)) }
    }

    private static func midnights(before milliseconds: Int64) -> Int64 {
        milliseconds.floored(dividedBy: EventTime.millisecondsPerDay)
    }

    private static func days(from milliseconds: Int64, to moment: Moment) -> Float {
        let (elapsed, overflow) = moment.milliseconds.subtractingReportingOverflow(milliseconds)
        return overflow ? 0 : Float(Double(max(0, elapsed)) / Double(EventTime.millisecondsPerDay))
    }
}
