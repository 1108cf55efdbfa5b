/// Appends little-endian values to a buffer; `finished` adds the checksum that `StateReader` expects.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    init(version: UInt8, reserving capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(version)
    }

    mutating func fixed<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Seven bits a byte, the lowest first.
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A signed value, small magnitudes first.
    mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Adds what another writer has finished, without its version and checksum.
    mutating func append(contentOf finished: [UInt8]) { bytes.append(contentsOf: finished[1..<(finished.count - 4)]) }

    consuming func finished() -> [UInt8] {
        let checksum = bytes.withUnsafeBytes { UInt32(truncatingIfNeeded: StableHash.bytes($0)) }
        fixed(checksum)
        return bytes
    }
}
