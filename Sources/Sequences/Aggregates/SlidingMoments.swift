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

    /// All but the newest bucket while numbers are still added to that.
    private var entries: [Entry] = []
    /// How many entries there are, kept here so that an empty window touches no other memory.
    private var end = 0
    private var head = 0
    /// Where the back begins.
    private var back = 0
    private var backTotal = Moments()
    /// The oldest bucket, kept here so that looking at it touches no other memory; `.max` without one.
    private var oldest = Int64.max
    /// The newest bucket; `.min` without one.
    private var newest = Int64.min
    /// What the front holds in all.
    private var frontTotal = Moments()
    /// The back's newest bucket, which is `newest`, kept here for the same reason; empty where there is none.
    private var open = Moments()

    public init() {}

    /// Everything in the window.
    @inline(__always)
    public func total(tracksSpread: Bool) -> Moments { frontTotal.merged(with: backTotal, tracksSpread: tracksSpread) }

    /// How many numbers are in the window.
    @inline(__always)
    var count: UInt32 { frontTotal.count &+ backTotal.count }

    @inline(__always)
    var sum: Double { frontTotal.count == 0 ? backTotal.sum : frontTotal.sum + backTotal.sum }

    /// Forgets the buckets before `bucket`.
    @inline(__always)
    public mutating func drop(before bucket: Int64, tracksSpread: Bool) {
        guard oldest < bucket else { return }
        if newest < bucket { clear() } else { dropStale(before: bucket, tracksSpread: tracksSpread) }
    }

    private mutating func dropStale(before bucket: Int64, tracksSpread: Bool) {
        while head < back, entries[head].bucket < bucket { head += 1 }
        if head == back, oldestOfBack < bucket {
            close()
            while head < end, entries[head].bucket < bucket { head += 1 }
            turnOver(tracksSpread: tracksSpread)
        }
        refresh()
    }

    private mutating func clear() {
        if end > 0 { entries.removeAll(keepingCapacity: true) }
        (head, back, end) = (0, 0, 0)
        (frontTotal, backTotal, open) = (Moments(), Moments(), Moments())
        (oldest, newest) = (.max, .min)
    }

    private var oldestOfBack: Int64 { back < end ? entries[back].bucket : newest }

    /// Puts the newest bucket with the others.
    private mutating func close() {
        guard open.count > 0 else { return }
        // At least half is dead before it is moved over, so moving costs O(1) an entry, and the storage stays.
        if end == entries.capacity, head > 0, head * 2 >= end {
            entries.removeSubrange(0..<head)
            back -= head
            head = 0
        }
        entries.append(Entry(bucket: newest, moments: open))
        end = entries.count
        open = Moments()
    }

    private mutating func refresh() {
        oldest = head < end ? entries[head].bucket : open.count > 0 ? newest : .max
        frontTotal = head < back ? entries[head].moments : Moments()
    }

    private mutating func turnOver(tracksSpread: Bool) {
        var total = Moments()
        entries.withUnsafeMutableBufferPointer { entries in
            for index in (head..<end).reversed() {
                total = entries[index].moments.merged(with: total, tracksSpread: tracksSpread)
                entries[index].moments = total
            }
        }
        back = end
        backTotal = Moments()
    }

    /// Counts a number in a bucket that is not before the newest one.
    @inline(__always)
    public mutating func add(_ number: Double, bucket: Int64, tracksSpread: Bool) {
        if newest != bucket { close() }
        newest = bucket
        open.add(number, tracksSpread: tracksSpread)
        if oldest == .max { oldest = bucket }
        backTotal.add(number, tracksSpread: tracksSpread)
    }

    /// Reads where the next event will: the oldest entries and the place of the next; see `UserHistory.touch`.
    @inline(__always)
    func touch() -> Int64 {
        guard head < end else { return 0 }
        return entries.withUnsafeBufferPointer { entries in
            Int64(entries.count) &+ entries[head].bucket &+ entries[min(head + 1, end - 1)].bucket
                &+ entries[end - 1].bucket
        }
    }

    /// Bytes this holds beyond its own size.
    public var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// The buckets held, the oldest first.
    private var live: [Entry] {
        entries[head...] + (open.count > 0 ? [Entry(bucket: newest, moments: open)] : [])
    }

    public static func == (left: SlidingMoments, right: SlidingMoments) -> Bool {
        left.live == right.live && left.backTotal == right.backTotal && left.back - left.head == right.back - right.head
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(live) }
}

extension SlidingMoments {
    func write(to writer: inout StateWriter) {
        let live = live
        writer.varint(UInt64(live.count))
        writer.varint(UInt64(max(0, back - head)))
        var previous: Int64 = 0
        for entry in live {
            writer.zigzag(entry.bucket &- previous)
            previous = entry.bucket
            entry.moments.writeShort(to: &writer)
        }
        backTotal.writeShort(to: &writer)
    }

    /// - Parameter isShort: false for what versions before `writeShort` wrote.
    init(from reader: inout StateReader, isShort: Bool) throws(StateFault) {
        func moments(_ reader: inout StateReader) throws(StateFault) -> Moments {
            isShort ? try Moments(short: &reader) : try Moments(from: &reader)
        }
        let count = try reader.count(ofAtLeast: 2)
        let front = try reader.varint()
        guard front <= UInt64(count) else {
            throw StateFault(.malformed, offset: reader.position, "more in front than there is")
        }
        back = Int(front)
        var bucket: Int64 = 0
        for _ in 0..<count {
            bucket = bucket &+ (try reader.zigzag())
            let moments = try moments(&reader)
            guard moments.count > 0 else {
                throw StateFault(.malformed, offset: reader.position, "a bucket without numbers")
            }
            entries.append(Entry(bucket: bucket, moments: moments))
        }
        backTotal = try moments(&reader)
        if let last = entries.last {
            newest = last.bucket
            // What is still added to stands apart.
            if back < entries.count {
                open = last.moments
                entries.removeLast()
            }
        }
        end = entries.count
        refresh()
    }
}
