/// A bounds-checked cursor over what `StateWriter` wrote.
struct StateReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 1
    let version: UInt8

    init(_ whole: UnsafeRawBufferPointer, version: UInt8) throws(StateFault) {
        try self.init(whole, versions: version...version)
    }

    /// - Throws: `StateFault` for a wrong version, too few bytes or a checksum that does not hold.
    init(_ whole: UnsafeRawBufferPointer, versions: ClosedRange<UInt8>) throws(StateFault) {
        guard let first = whole.first, whole.count >= 5 else {
            throw StateFault(.truncated, offset: whole.count, "fewer bytes than a header and a checksum")
        }
        guard versions.contains(first) else {
            throw StateFault(.version, offset: 0, "version \(first), expected \(versions.upperBound)")
        }
        version = first
        bytes = UnsafeRawBufferPointer(rebasing: whole[..<(whole.count - 4)])
        let stored = UInt32(littleEndian: whole.loadUnaligned(fromByteOffset: whole.count - 4, as: UInt32.self))
        guard stored == UInt32(truncatingIfNeeded: StableHash.bytes(bytes)) else {
            throw StateFault(.checksum, offset: whole.count - 4, "the checksum does not match the bytes")
        }
    }

    var remaining: Int { bytes.count - position }

    mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) throws(StateFault) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw StateFault(.truncated, offset: position, "\(size) bytes expected") }
        defer { position += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }

    mutating func varint() throws(StateFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try fixed(UInt8.self)
            guard shift < 63 || byte < 2 else { throw StateFault(.malformed, offset: position, "varint over 64 bits") }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func zigzag() throws(StateFault) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count of things that take at least `size` bytes each, so that a lying count cannot reserve memory.
    mutating func count(ofAtLeast size: Int) throws(StateFault) -> Int {
        let start = position
        guard let count = Int(exactly: try varint()), count <= remaining / max(1, size) else {
            throw StateFault(.malformed, offset: start, "a count larger than the bytes that follow")
        }
        return count
    }

    /// - Throws: `StateFault` when bytes are left over.
    func finish() throws(StateFault) {
        guard remaining == 0 else { throw StateFault(.malformed, offset: position, "\(remaining) bytes left over") }
    }
}
