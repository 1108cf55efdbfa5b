/// How many different elements there were: their hashes while they are few, a HyperLogLog above that.
///
/// Merging does not depend on the order: the outcome is a function of the set of elements and of where it was cut.
public struct DistinctSketch: Hashable, Sendable {
    /// Elements counted exactly.
    public static let exactLimit = 512

    /// Sorted; empty once there are too many.
    private(set) var hashes: [UInt64] = []
    /// Empty, or `HyperLogLog.registerCount` ranks.
    private(set) var ranks: [UInt8] = []

    public init() {}

    var isExact: Bool { ranks.isEmpty }

    public mutating func insert(_ hash: UInt64) {
        guard ranks.isEmpty else { return raise(hash) }
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        if low < hashes.count, hashes[low] == hash { return }
        hashes.insert(hash, at: low)
        if hashes.count > Self.exactLimit { approximate() }
    }

    public mutating func merge(_ other: DistinctSketch) {
        guard !other.ranks.isEmpty else {
            for hash in other.hashes { insert(hash) }
            return
        }
        if ranks.isEmpty { approximate() }
        for register in ranks.indices { ranks[register] = max(ranks[register], other.ranks[register]) }
    }

    /// Exact up to `exactLimit`, then within a standard error of 3.3 %.
    public var count: Int64 {
        guard !ranks.isEmpty else { return Int64(hashes.count) }
        var (sum, empty) = (0.0, 0)
        for rank in ranks {
            sum += 1 / Double(UInt64(1) << UInt64(rank))
            empty += rank == 0 ? 1 : 0
        }
        return HyperLogLog.estimate(harmonicSum: sum, empty: empty)
    }

    private mutating func approximate() {
        ranks = Array(repeating: 0, count: HyperLogLog.registerCount)
        for hash in hashes { raise(hash) }
        hashes = []
    }

    private mutating func raise(_ hash: UInt64) {
        let (register, rank) = HyperLogLog.place(of: hash)
        ranks[register] = max(ranks[register], rank)
    }
}

extension DistinctSketch {
    func write(to writer: inout StateWriter) {
        writer.fixed(UInt8(ranks.isEmpty ? 0 : 1))
        guard ranks.isEmpty else {
            for rank in ranks { writer.fixed(rank) }
            return
        }
        writer.varint(UInt64(hashes.count))
        for hash in hashes { writer.fixed(hash) }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        switch try reader.fixed(UInt8.self) {
        case 0:
            let count = try reader.count(ofAtLeast: 8)
            for _ in 0..<count { hashes.append(try reader.fixed(UInt64.self)) }
            guard count <= Self.exactLimit, zip(hashes, hashes.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw StateFault(.malformed, offset: reader.position, "hashes out of order, or too many")
            }
        case 1:
            for _ in 0..<HyperLogLog.registerCount { ranks.append(try reader.fixed(UInt8.self)) }
            guard ranks.allSatisfy({ $0 <= 55 }) else {
                throw StateFault(.malformed, offset: reader.position, "a rank above 55")
            }
        default: throw StateFault(.malformed, offset: reader.position - 1, "a sketch not 0 or 1")
        }
    }
}
