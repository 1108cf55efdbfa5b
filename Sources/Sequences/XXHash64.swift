/// A fast 64-bit hash of bytes, the same on every machine, for checksums of stored records.
///
/// Not for keys from outside that someone may choose to collide.
/// - Source: XXH64 of xxHash 0.8 (Collet), `doc/xxhash_spec.md`, seed 0.
public enum XXHash64 {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )

    /// - Complexity: O(bytes), several bytes a nanosecond.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var position = 0
        var hash = primes.4
        if bytes.count >= 32 {
            // Four chains that do not wait for each other.
            var (one, two) = (primes.0 &+ primes.1, primes.1)
            var (three, four) = (UInt64(0), 0 &- primes.0)
            while position &+ 32 <= bytes.count {
                one = round(one, word(bytes, position))
                two = round(two, word(bytes, position &+ 8))
                three = round(three, word(bytes, position &+ 16))
                four = round(four, word(bytes, position &+ 24))
                position &+= 32
            }
            hash = rotated(one, 1) &+ rotated(two, 7) &+ rotated(three, 12) &+ rotated(four, 18)
            for lane in [one, two, three, four] { hash = (hash ^ round(0, lane)) &* primes.0 &+ primes.3 }
        }
        hash &+= UInt64(bytes.count)
        return finished(hash, bytes, from: position)
    }

    private static func finished(_ start: UInt64, _ bytes: UnsafeRawBufferPointer, from first: Int) -> UInt64 {
        var (hash, position) = (start, first)
        while position &+ 8 <= bytes.count {
            hash = rotated(hash ^ round(0, word(bytes, position)), 27) &* primes.0 &+ primes.3
            position &+= 8
        }
        if position &+ 4 <= bytes.count {
            let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            hash = rotated(hash ^ UInt64(half) &* primes.0, 23) &* primes.1 &+ primes.2
            position &+= 4
        }
        while position < bytes.count {
            hash = rotated(hash ^ UInt64(bytes[position]) &* primes.4, 11) &* primes.0
            position &+= 1
        }
        hash = (hash ^ (hash >> 33)) &* primes.1
        hash = (hash ^ (hash >> 29)) &* primes.2
        return hash ^ (hash >> 32)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* primes.1, 31) &* primes.0
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value &<< bits | value &>> (64 &- bits)
    }
}
