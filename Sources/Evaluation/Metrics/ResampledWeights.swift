/// How often each user is drawn in 16 resamples at a time: as many draws with replacement as there are users.
///
/// Draws are a function of seed, resample and position alone, so neither threads nor order can change them.
struct ResampledWeights {
    /// Resamples side by side, one a lane.
    static let lanes = 16

    /// (users) the multiplicity in each lane.
    let values: [SIMD16<UInt16>]

    init(users: Int, block: Int, seed: UInt64) {
        var values = [SIMD16<UInt16>](repeating: .zero, count: users)
        values.withUnsafeMutableBytes { bytes in
            let counts = bytes.bindMemory(to: UInt16.self)
            for lane in 0..<Self.lanes {
                var state = Self.mixed(seed &+ UInt64(block * Self.lanes + lane) &* Self.increment)
                for _ in 0..<users {
                    state &+= Self.increment
                    let user = Int(((Self.mixed(state) >> 32) &* UInt64(users)) >> 32)
                    counts[user * Self.lanes + lane] &+= 1
                }
            }
        }
        self.values = values
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The output function of SplitMix64.
    @inline(__always) private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
