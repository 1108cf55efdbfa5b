import Glibc

/// SplitMix64 (Steele, Lea and Flood, 2014) with the distributions that the simulation draws from.
///
/// The distributions are its own, because the standard library's may change between versions.
struct SeededGenerator: Hashable, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1).
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Uniform between the bounds.
    mutating func uniform(_ bounds: ClosedRange<Double>) -> Double {
        bounds.lowerBound + unit() * (bounds.upperBound - bounds.lowerBound)
    }

    /// A whole number, each of the bounds included.
    mutating func integer(_ bounds: ClosedRange<Int>) -> Int {
        bounds.lowerBound + Int(unit() * Double(bounds.count))
    }

    /// An element of a range that is not empty.
    mutating func index(_ range: Range<Int>) -> Int {
        range.lowerBound + Int(unit() * Double(range.count))
    }

    mutating func chance(_ probability: Double) -> Bool {
        unit() < probability
    }

    /// Normal with mean 0 and deviation 1, by Box and Muller.
    mutating func normal() -> Double {
        (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
    }

    /// Log-normal with median 1.
    mutating func logNormal(_ deviation: Double) -> Double {
        exp(deviation * normal())
    }

    /// Poisson by Knuth's product; for means of a few.
    mutating func poisson(_ mean: Double) -> Int {
        let limit = exp(-mean)
        var count = 0
        var product = unit()
        while product > limit {
            count += 1
            product *= unit()
        }
        return count
    }
}
