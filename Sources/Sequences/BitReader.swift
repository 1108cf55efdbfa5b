/// Reads what `BitWriter` wrote in this process; beyond the end there are zeros.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0
    private var pending: UInt64 = 0
    private var pendingBits = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next value of so many bits, 0 to 64.
    mutating func read(_ bits: Int) -> UInt64 {
        guard bits <= 32 else {
            let low = read(32)
            return low | read(bits - 32) << 32
        }
        while pendingBits < bits {
            let byte = position < bytes.count ? bytes[position] : 0
            pending |= UInt64(byte) << UInt64(pendingBits)
            position += 1
            pendingBits += 8
        }
        let value = pending & ((1 << UInt64(bits)) - 1)
        pending >>= UInt64(bits)
        pendingBits -= bits
        return value
    }
}
