/// How many different elements a window holds that slides by whole buckets.
///
/// Up to `exactLimit` elements are kept by their hashes with the newest bucket of each, in that order. Above it a
/// HyperLogLog takes over whose registers remember every rank that may still become the greatest once newer ones stand
/// and older ones have left.
///
/// - Source: Chabchoub and Hébrail 2010, "Sliding HyperLogLog".
public struct SlidingDistinct: Hashable, Sendable {
    /// Elements counted exactly.
    public static let exactLimit = 128

    struct Element: Hashable, Sendable {
        var hash: UInt64
        var bucket: Int64
    }

    /// A rank that a register saw last in a bucket; a register's marks have rising buckets and falling ranks.
    struct Mark: Hashable, Sendable {
        var bucket: Int64
        var register: UInt16
        var rank: UInt8
    }

    /// By the bucket each was last seen in.
    private var elements: [Element] = []
    /// By register, then bucket; not empty once the elements are too many.
    private var marks: [Mark] = []

    public init() {}

    /// Forgets what was last seen before `bucket`.
    @inline(__always)
    public mutating func drop(before bucket: Int64) {
        if let oldest = elements.first, oldest.bucket < bucket {
            let count = elements.firstIndex { $0.bucket >= bucket } ?? elements.count
            elements.replaceSubrange(0..<count, with: EmptyCollection())
        }
        if !marks.isEmpty { marks.removeAll { $0.bucket < bucket } }
    }

    /// Sees an element in a bucket that is not before the newest one.
    public mutating func insert(_ hash: UInt64, bucket: Int64) {
        guard marks.isEmpty else { return mark(hash, bucket) }
        if let index = elements.lastIndex(where: { $0.hash == hash }) {
            guard elements[index].bucket != bucket else { return }
            elements.remove(at: index)
        }
        elements.append(Element(hash: hash, bucket: bucket))
        guard elements.count > Self.exactLimit else { return }
        let all = elements
        elements.removeAll()
        for element in all { mark(element.hash, element.bucket) }
    }

    /// Exact up to `exactLimit`, then within a standard error of 3.3 %.
    public var count: Int64 {
        guard !marks.isEmpty else { return Int64(elements.count) }
        var (sum, filled) = (0.0, 0)
        var register: UInt16?
        // The first mark of a register has its greatest rank.
        for mark in marks where mark.register != register {
            register = mark.register
            filled += 1
            sum += 1 / Double(UInt64(1) << UInt64(mark.rank))
        }
        let empty = HyperLogLog.registerCount - filled
        return HyperLogLog.estimate(harmonicSum: sum + Double(empty), empty: empty)
    }

    private mutating func mark(_ hash: UInt64, _ bucket: Int64) {
        let (register, rank) = HyperLogLog.place(of: hash)
        let new = Mark(bucket: bucket, register: UInt16(register), rank: rank)
        var end = firstMark(after: new.register)
        while end > 0, marks[end - 1].register == new.register, marks[end - 1].rank <= rank {
            marks.remove(at: end - 1)
            end -= 1
        }
        if end > 0, marks[end - 1].register == new.register, marks[end - 1].bucket == bucket { return }
        marks.insert(new, at: end)
    }

    private func firstMark(after register: UInt16) -> Int {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].register <= register { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Reads the elements or the first marks, for the next event.
    @inline(__always)
    func touch() -> Int64 {
        let element = elements.withUnsafeBufferPointer { elements in
            stride(from: 0, to: elements.count, by: 4).reduce(Int64(0)) { $0 &+ elements[$1].bucket }
        }
        return element &+ marks.withUnsafeBufferPointer { $0.isEmpty ? 0 : $0[0].bucket }
    }

    /// Bytes this holds beyond its own size.
    public var byteCount: Int {
        elements.capacity * MemoryLayout<Element>.stride + marks.capacity * MemoryLayout<Mark>.stride
    }
}

extension SlidingDistinct {
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(elements.count))
        for element in elements {
            writer.fixed(element.hash)
            writer.zigzag(element.bucket)
        }
        writer.varint(UInt64(marks.count))
        for mark in marks {
            writer.zigzag(mark.bucket)
            writer.fixed(mark.register)
            writer.fixed(mark.rank)
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        let elementCount = try reader.count(ofAtLeast: 9)
        for _ in 0..<elementCount {
            elements.append(Element(hash: try reader.fixed(UInt64.self), bucket: try reader.zigzag()))
        }
        let markCount = try reader.count(ofAtLeast: 4)
        for _ in 0..<markCount {
            let bucket = try reader.zigzag()
            let mark = Mark(
                bucket: bucket, register: try reader.fixed(UInt16.self), rank: try reader.fixed(UInt8.self))
            guard Int(mark.register) < HyperLogLog.registerCount, mark.rank <= 55,
                marks.last.map({ ($0.register, $0.bucket) < (mark.register, mark.bucket) }) ?? true
            else { throw StateFault(.malformed, offset: reader.position, "marks out of order or out of range") }
            marks.append(mark)
        }
        guard elementCount <= Self.exactLimit, elementCount == 0 || markCount == 0,
            zip(elements, elements.dropFirst()).allSatisfy({ $0.bucket <= $1.bucket })
        else { throw StateFault(.malformed, offset: reader.position, "elements out of order, or too many") }
    }
}
