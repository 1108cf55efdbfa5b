/// Writes values of any number of bits into memory of the caller's, the lowest bit first.
struct BitWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private var position = 0
    private var pending: UInt64 = 0
    private var pendingBits = 0

    /// - Parameter buffer: room for all that will be written and 8 bytes more.
    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    /// The lowest `bits` of a value, 0 to 64; higher ones must be zero.
    @inline(__always)
    mutating func append(_ value: UInt64, _ bits: Int) {
        pending |= value &<< UInt64(truncatingIfNeeded: pendingBits)
        let total = pendingBits &+ bits
        guard total >= 64 else {
            pendingBits = total
            return
        }
        store()
        // What the full word had no room for; a shift by all 64 leaves nothing.
        pending = value >> UInt64(truncatingIfNeeded: 64 &- pendingBits)
        pendingBits = total &- 64
    }

    private mutating func store() {
        precondition(position + 8 <= buffer.count, "more bits than there is room for")
        buffer.storeBytes(of: pending.littleEndian, toByteOffset: position, as: UInt64.self)
        position += 8
    }

    /// All bytes, in an array that is no longer than they are.
    consuming func finished() -> [UInt8] {
        let count = position + (pendingBits + 7) / 8
        if pendingBits > 0 { store() }
        return Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}

extension UInt64 {
    /// Bits up to the highest that is set.
    var bitWidthNeeded: Int { UInt64.bitWidth - leadingZeroBitCount }
}
