/// Random numbers from a seed: SplitMix64 and additions, multiplications and square roots only.
///
/// Neither the C library nor the standard library's algorithms take part, because these may change from one
/// version to the next and a simulation must not.
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SimulationRandom {
    private var state: UInt64

    /// A stream of its own for each number.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() ^ (stream &* 0xD6E8_FEB8_6659_FD93)
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 to 1, 1 excluded.
    mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }

    mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// From 0 to the bound, the bound excluded.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func element<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// An index with a probability in proportion to its weight.
    mutating func index(weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return max(0, weights.count - 1)
    }

    /// About normal, with mean 0 and deviation 1, never past 6: the sum of twelve uniform numbers.
    mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + uniform() }
    }

    /// About log-normal with median 1.
    mutating func logNormal(deviation: Double) -> Double {
        Self.exponential(deviation * normal())
    }

    /// How many events of a rate happen.
    mutating func poisson(_ mean: Double) -> Int {
        let limit = Self.exponential(-mean)
        var product = uniform()
        var count = 0
        while product > limit, count < 1000 {
            product *= uniform()
            count += 1
        }
        return count
    }

    /// e to the power of x, to about 12 digits, for the moderate x of a simulation.
    static func exponential(_ x: Double) -> Double {
        let small = x / 1024
        var term = 1.0
        var sum = 1.0
        for order in 1...8 {
            term *= small / Double(order)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}
