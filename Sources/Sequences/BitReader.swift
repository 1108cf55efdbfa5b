/// Reads what `BitWriter` wrote; beyond the end there are zeros.
struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    /// In bits; past the end where more was read or skipped than there is.
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Bits left; negative past the end.
    var remaining: Int { bytes.count * 8 - position }

    /// The next value of so many bits, 0 to 64.
    @inline(__always)
    mutating func read(_ bits: Int) -> UInt64 {
        guard bits <= 56 else {
            let low = read(32)
            return low | read(bits - 32) &<< 32
        }
        let value = word(at: position &>> 3) &>> UInt64(truncatingIfNeeded: position & 7)
        position &+= bits
        return value & (1 &<< UInt64(truncatingIfNeeded: bits) &- 1)
    }

    /// Passes over bits; more than there are is for the caller to notice by `remaining`.
    mutating func skip(_ bits: Int) { position += bits }

    @inline(__always)
    private func word(at byte: Int) -> UInt64 {
        guard byte &+ 8 <= bytes.count else { return lastWord(at: byte) }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: byte, as: UInt64.self))
    }

    private func lastWord(at first: Int) -> UInt64 {
        var word: UInt64 = 0
        for byte in first..<max(first, bytes.count) { word |= UInt64(bytes[byte]) << UInt64(8 * (byte - first)) }
        return word
    }
}
