/// A set of Unicode code points as sorted, disjoint ranges.
struct ScalarSet: Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    /// The first 128 code points again, for a quick answer.
    private var asciiLow: UInt64 = 0
    private var asciiHigh: UInt64 = 0

    static let last: UInt32 = 0x10FFFF
    static let any = ScalarSet([0...last])
    static let digits = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    init(_ unsorted: [ClosedRange<UInt32>]) {
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = ranges.last, UInt64(range.lowerBound) <= UInt64(previous.upperBound) + 1 {
                ranges[ranges.count - 1] = previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
        for range in ranges where range.lowerBound < 128 {
            for scalar in range.lowerBound...min(range.upperBound, 127) {
                if scalar < 64 { asciiLow |= 1 << UInt64(scalar) } else { asciiHigh |= 1 << UInt64(scalar - 64) }
            }
        }
    }

    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return asciiLow >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return asciiHigh >> UInt64(scalar - 64) & 1 == 1 }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if scalar > ranges[middle].upperBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.last { result.append(next...Self.last) }
        return ScalarSet(result)
    }

    /// The set with all other cases of each letter added.
    var ignoringCase: ScalarSet {
        var added = ranges
        for range in ranges {
            if range.count <= 256 {
                for scalar in range { added += (CaseFolding.others[scalar] ?? []).map { $0...$0 } }
            } else {
                for (scalar, others) in CaseFolding.others where range.contains(scalar) {
                    added += others.map { $0...$0 }
                }
            }
        }
        return ScalarSet(added)
    }
}
