/// One aggregate of one entity in completed buckets, from all inputs.
struct AggregateTimeline: Sendable {
    struct Entry: Sendable {
        var bucket: Int64
        var partial: AggregatePartial
    }

    /// By bucket; those of one bucket in an order of their own, whatever order they came in.
    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ partial: AggregatePartial, bucket: Int64) {
        var index = entries.count
        while index > 0, Self.isOrdered(bucket, partial, before: entries[index - 1]) { index -= 1 }
        entries.insert(Entry(bucket: bucket, partial: partial), at: index)
    }

    private static func isOrdered(_ bucket: Int64, _ partial: AggregatePartial, before entry: Entry) -> Bool {
        guard bucket == entry.bucket else { return bucket < entry.bucket }
        // Sums alone depend on the order of their parts.
        guard case .moments(let own) = partial, case .moments(let others) = entry.partial else { return false }
        return own.isOrdered(before: others)
    }

    mutating func prune(before bucket: Int64) {
        entries.removeAll { $0.bucket < bucket }
    }

    /// Everything in the given buckets together.
    func combined(in buckets: Range<Int64>) -> AggregatePartial? {
        var result: AggregatePartial?
        let first = entries.withUnsafeBufferPointer {
            lowerBound(of: buckets.lowerBound, in: $0, before: $0.count, \.bucket)
        }
        for entry in entries[first...] {
            guard entry.bucket < buckets.upperBound else { break }
            if result == nil { result = entry.partial } else { result?.merge(entry.partial) }
        }
        return result
    }
}
