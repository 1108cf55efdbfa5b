/// One aggregate of one entity in completed buckets, from all inputs.
struct AggregateTimeline: Sendable {
    struct Entry: BucketEntry {
        var bucket: Int64
        var partial: AggregatePartial
    }

    /// An element that a bucket saw; several inputs may have seen the same one.
    struct Element: BucketEntry {
        var bucket: Int64
        var hash: UInt64
    }

    /// By bucket; those of one bucket in an order of their own, whatever order they came in.
    private(set) var entries: [Entry] = []
    /// What exact distinct counts are made of, by bucket, all in one place; the order within one is of no account.
    private(set) var elements: [Element] = []

    var isEmpty: Bool { entries.isEmpty && elements.isEmpty }

    /// Bytes this holds beyond its own size.
    var byteCount: Int {
        let kept = entries.capacity * MemoryLayout<Entry>.stride + elements.capacity * MemoryLayout<Element>.stride
        switch entries.first?.partial {
        case .moments, nil: return kept
        // All of a kind.
        case .distinct, .last: return entries.reduce(kept) { $0 + $1.partial.byteCount }
        }
    }

    mutating func add(_ partial: AggregatePartial, bucket: Int64) {
        if case .distinct(let sketch) = partial, sketch.isExact {
            var index = elements.count
            while index > 0, bucket < elements[index - 1].bucket { index -= 1 }
            elements.insert(contentsOf: sketch.hashes.lazy.map { Element(bucket: bucket, hash: $0) }, at: index)
            return
        }
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
        elements.removeAll { $0.bucket < bucket }
    }

    /// Everything in the given buckets together.
    func combined(in buckets: Range<Int64>) -> AggregatePartial? {
        var result: AggregatePartial?
        for entry in entries[Self.positions(of: buckets, in: entries)] {
            if result == nil { result = entry.partial } else { result?.merge(entry.partial) }
        }
        let seen = Self.positions(of: buckets, in: elements)
        guard !seen.isEmpty else { return result }
        var sketch = DistinctSketch()
        for element in elements[seen] { sketch.insert(element.hash) }
        guard result != nil else { return .distinct(sketch) }
        result?.merge(.distinct(sketch))
        return result
    }

    /// What the sketch of the given buckets together would count.
    func distinctCount(in buckets: Range<Int64>, _ counter: inout DistinctCounter) -> Int64 {
        if Self.positions(of: buckets, in: entries).isEmpty {
            let seen = Self.positions(of: buckets, in: elements)
            let count = elements.withUnsafeBufferPointer { counter.count(UnsafeBufferPointer(rebasing: $0[seen])) }
            if let count { return count }
        }
        guard case .distinct(let sketch) = combined(in: buckets) else { return 0 }
        return sketch.count
    }

    @inline(__always)
    private static func positions<Item: BucketEntry>(of buckets: Range<Int64>, in items: [Item]) -> Range<Int> {
        guard !items.isEmpty else { return 0..<0 }
        return items.withUnsafeBufferPointer { items in
            let end = lowerBound(of: buckets.upperBound, fromEndOf: items)
            return lowerBound(of: buckets.lowerBound, in: items, before: end)..<end
        }
    }
}
