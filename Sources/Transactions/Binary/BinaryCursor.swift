/// A bounds-checked cursor over a binary message.
struct BinaryCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    /// What is being read, for faults; nil where nobody asked for it.
    var field: String?

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    func malformed(_ detail: String) -> EventFault { EventFault(.malformed, field: field, detail) }

    /// The next so many bytes.
    mutating func take(_ count: Int) throws(EventFault) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw malformed("expected more bytes than there are") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func byte() throws(EventFault) -> UInt8 {
        guard remaining > 0 else { throw malformed("expected more bytes than there are") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type) throws(EventFault) -> Value {
        Value(littleEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: type))
    }

    mutating func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type) throws(EventFault) -> Value {
        Value(bigEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: type))
    }

    /// Seven bits a byte, the lowest first.
    mutating func varint() throws(EventFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || byte < 2 else { throw malformed("expected a number of at most 64 bits") }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A signed varint, small magnitudes first.
    mutating func zigzag() throws(EventFault) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// - Throws: where bytes are left over.
    func end() throws(EventFault) {
        guard remaining == 0 else { throw EventFault(.malformed, "expected the end, \(remaining) bytes follow") }
    }
}
