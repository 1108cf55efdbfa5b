/// Moments of the numbers in a window that slides by whole buckets, without ever subtracting.
///
/// A queue of two parts: the front holds, for each bucket, the moments from it to the front's end; the back holds plain
/// buckets and their running total. A bucket leaves by dropping the oldest entry; once the front is used up the back
/// becomes the front. So nothing is lost to cancellation, and an event costs O(1) amortised.
///
/// - Source: the two-stacks algorithm; Tangwongsan, Hirzel and Schneider 2017, "Low-latency sliding-window aggregation".
public struct SlidingMoments: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var bucket: Int64
        var moments: Moments
    }

    private var entries: [Entry] = []
    private var head = 0
    /// Where the back begins.
    private var back = 0
    private var backTotal = Moments()
    /// The oldest entry's bucket, kept here so that looking at it touches no other memory; `.max` without one.
    private var oldest = Int64.max
    /// What the front holds in all.
    private var frontTotal = Moments()

    public init() {}

    /// Everything in the window.
    @inline(__always)
    public var total: Moments { frontTotal.merged(with: backTotal) }

    var entryCount: Int { entries.count - head }

    /// Forgets the buckets before `bucket`.
    @inline(__always)
    public mutating func drop(before bucket: Int64) {
        if oldest < bucket { dropStale(before: bucket) }
    }

    private mutating func dropStale(before bucket: Int64) {
        while head < back, entries[head].bucket < bucket { head += 1 }
        if head == back, head < entries.count, entries[head].bucket < bucket {
            while head < entries.count, entries[head].bucket < bucket { head += 1 }
            turnOver()
        }
        // At least half is dead before it is moved over, so moving costs O(1) an entry, and the storage stays.
        if head * 2 >= entries.count {
            entries.replaceSubrange(0..<head, with: EmptyCollection())
            back -= head
            head = 0
        }
        refresh()
    }

    private mutating func refresh() {
        oldest = head < entries.count ? entries[head].bucket : .max
        frontTotal = head < back ? entries[head].moments : Moments()
    }

    private mutating func turnOver() {
        var total = Moments()
        for index in (head..<entries.count).reversed() {
            total = entries[index].moments.merged(with: total)
            entries[index].moments = total
        }
        back = entries.count
        backTotal = Moments()
    }

    /// Counts a number in a bucket that is not before the newest one.
    @inline(__always)
    public mutating func add(_ number: Double, bucket: Int64, tracksSpread: Bool) {
        if back < entries.count, entries[entries.count - 1].bucket == bucket {
            entries[entries.count - 1].moments.add(number, tracksSpread: tracksSpread)
        } else {
            var moments = Moments()
            moments.add(number, tracksSpread: tracksSpread)
            entries.append(Entry(bucket: bucket, moments: moments))
            if oldest == .max { oldest = bucket }
        }
        backTotal.add(number, tracksSpread: tracksSpread)
    }

    /// Bytes this holds beyond its own size.
    public var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    public static func == (left: SlidingMoments, right: SlidingMoments) -> Bool {
        left.entries[left.head...] == right.entries[right.head...] && left.backTotal == right.backTotal
            && left.back - left.head == right.back - right.head
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(entries[head...]) }
}

extension SlidingMoments {
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(entries.count - head))
        writer.varint(UInt64(max(0, back - head)))
        var previous: Int64 = 0
        for entry in entries[head...] {
            writer.zigzag(entry.bucket &- previous)
            previous = entry.bucket
            entry.moments.write(to: &writer)
        }
        backTotal.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        let count = try reader.count(ofAtLeast: Moments.leastBytes + 1)
        let front = try reader.varint()
        guard front <= UInt64(count) else {
            throw StateFault(.malformed, offset: reader.position, "more in front than there is")
        }
        back = Int(front)
        var bucket: Int64 = 0
        for _ in 0..<count {
            bucket = bucket &+ (try reader.zigzag())
            entries.append(Entry(bucket: bucket, moments: try Moments(from: &reader)))
        }
        backTotal = try Moments(from: &reader)
        refresh()
    }
}
