/// One entity's completed buckets: sorted, with running sums, so that a window is two binary searches.
struct EntityTimeline: Sendable {
    struct Count: BucketEntry {
        var bucket: Int64
        /// Transactions up to and with this bucket.
        var cumulative: UInt32
    }

    /// Labels stand in the order (bucket, knownAt, fraud): the same whatever order the parts came in.
    struct LabelEntry: BucketEntry {
        var bucket: Int64
        var knownAt: Int64
        /// Frauds up to and with this label.
        var cumulativeFrauds: UInt32
        /// Where the run of frauds that this label belongs to begins; one past this label when it is none.
        var runStart: UInt32
        /// The last fraud up to and with this label; nil is `UInt32.max`.
        var lastFraud: UInt32
        /// The transaction's amount; NaN where it is not known.
        var amount: Float
        /// The last 16 labels, this one in the lowest bit: 1 is fraud. What a read needs then stands in one place.
        var recent: UInt16

        var fraud: Bool { recent & 1 == 1 }
    }

    private(set) var counts: [Count] = []
    private(set) var labels: [LabelEntry] = []

    var isEmpty: Bool { counts.isEmpty && labels.isEmpty }

    /// - Complexity: O(1) for the newest bucket, O(n) for an older one.
    mutating func add(count: UInt32, bucket: Int64) {
        guard count > 0 else { return }
        let index = lowerBound(of: bucket, in: counts)
        if index == counts.count || counts[index].bucket != bucket {
            let before = index == 0 ? 0 : counts[index - 1].cumulative
            counts.insert(Count(bucket: bucket, cumulative: before), at: index)
        }
        for position in index..<counts.count { counts[position].cumulative &+= count }
    }

    /// - Complexity: O(1) for the newest label, O(n) for an older one.
    mutating func add(label: EntityLabel, bucket: Int64) {
        let key = (bucket, label.knownAt, label.fraud ? 1 : 0)
        var index = labels.count
        while index > 0, key < (labels[index - 1].bucket, labels[index - 1].knownAt, labels[index - 1].fraud ? 1 : 0) {
            index -= 1
        }
        let entry = LabelEntry(
            bucket: bucket, knownAt: label.knownAt, cumulativeFrauds: 0, runStart: 0, lastFraud: 0,
            amount: label.amount ?? .nan, recent: label.fraud ? 1 : 0)
        labels.insert(entry, at: index)
        refreshLabels(from: index)
    }

    /// Forgets what lies before `bucket`.
    mutating func prune(before bucket: Int64) {
        let oldCounts = lowerBound(of: bucket, in: counts)
        if oldCounts > 0 {
            let base = counts[oldCounts - 1].cumulative
            counts.removeFirst(oldCounts)
            for index in counts.indices { counts[index].cumulative &-= base }
        }
        let oldLabels = lowerBound(of: bucket, in: labels)
        if oldLabels > 0 {
            labels.removeFirst(oldLabels)
            refreshLabels(from: 0)
        }
    }

    /// Transactions in the given buckets.
    func count(in buckets: Range<Int64>) -> Int64 {
        func cumulative(before bucket: Int64) -> UInt32 {
            let index = lowerBound(of: bucket, in: counts)
            return index == 0 ? 0 : counts[index - 1].cumulative
        }
        return Int64(cumulative(before: buckets.upperBound) &- cumulative(before: buckets.lowerBound))
    }

    private mutating func refreshLabels(from start: Int) {
        for index in start..<labels.count {
            let previous = index == 0 ? nil : labels[index - 1]
            let fraud = labels[index].fraud
            let here = UInt32(truncatingIfNeeded: index)
            labels[index].cumulativeFrauds = (previous?.cumulativeFrauds ?? 0) + (fraud ? 1 : 0)
            labels[index].runStart = fraud ? min(previous?.runStart ?? 0, here) : here + 1
            labels[index].recent = (previous?.recent ?? 0) << 1 | (fraud ? 1 : 0)
            labels[index].lastFraud = fraud ? here : previous?.lastFraud ?? .max
        }
    }
}
