/// What is kept of one bucket, among others in the order of their buckets.
protocol BucketEntry: Sendable {
    var bucket: Int64 { get }
}

/// The first position whose bucket is not before `bucket`.
@inline(__always)
func lowerBound<Entry: BucketEntry>(of bucket: Int64, in entries: [Entry]) -> Int {
    entries.withUnsafeBufferPointer { lowerBound(of: bucket, in: $0, before: $0.count) }
}

/// The same, where the answer is known to be from `start` to `end`.
@inline(__always)
func lowerBound<Entry: BucketEntry>(
    of bucket: Int64, in entries: UnsafeBufferPointer<Entry>, from start: Int = 0, before end: Int
) -> Int {
    var low = start
    var high = end
    while low < high {
        let middle = (low + high) >> 1
        if entries[middle].bucket < bucket { low = middle + 1 } else { high = middle }
    }
    return low
}

/// The same, sought from the end backwards: quick where few entries are not before `bucket`.
@inline(__always)
func lowerBound<Entry: BucketEntry>(of bucket: Int64, fromEndOf entries: UnsafeBufferPointer<Entry>) -> Int {
    var high = entries.count
    var step = 1
    while high > 0 {
        let low = max(0, high - step)
        if entries[low].bucket < bucket { return lowerBound(of: bucket, in: entries, from: low + 1, before: high) }
        high = low
        step *= 2
    }
    return 0
}
