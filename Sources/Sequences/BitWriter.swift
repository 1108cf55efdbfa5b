/// Appends values of any number of bits, the lowest first.
struct BitWriter {
    private var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingBits = 0

    /// The lowest `bits` of a value, 0 to 64.
    mutating func append(_ value: UInt64, _ bits: Int) {
        guard bits <= 32 else {
            append(value & 0xFFFF_FFFF, 32)
            append(value >> 32, bits - 32)
            return
        }
        pending |= value << UInt64(pendingBits)
        pendingBits += bits
        while pendingBits >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingBits -= 8
        }
    }

    /// All bytes, in an array that is no longer than they are.
    consuming func finished() -> [UInt8] {
        if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
        let all = bytes
        return [UInt8](unsafeUninitializedCapacity: all.count) { buffer, count in
            _ = buffer.initialize(from: all)
            count = all.count
        }
    }
}

extension UInt64 {
    /// Bits up to the highest that is set.
    var bitWidthNeeded: Int { UInt64.bitWidth - leadingZeroBitCount }
}
