/// The checks on a message's payload that come before its content.
enum JSONPayload {
    /// Gives the bytes of a payload that is there, not too large and UTF-8.
    static func checked(
        _ payload: UnsafeRawBufferPointer?, limits: EventLimits
    ) throws(EventFault) -> UnsafeBufferPointer<UInt8> {
        guard let payload else { throw EventFault(.tombstone, "expected a value, not a deletion") }
        guard !payload.isEmpty else { throw EventFault(.empty, "expected a JSON object") }
        guard payload.count <= limits.maximumBytes else {
            throw EventFault(.tooLarge, "expected at most \(limits.maximumBytes) bytes")
        }
        let bytes = payload.assumingMemoryBound(to: UInt8.self)
        guard isUTF8(bytes) else { throw EventFault(.notUTF8, "expected UTF-8") }
        return bytes
    }

    /// Whether the bytes are valid UTF-8; plain ASCII is seen eight bytes at a time.
    static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        var high: UInt64 = 0
        while offset + 8 <= raw.count {
            high |= raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < raw.count {
            high |= UInt64(raw[offset])
            offset += 1
        }
        return high & 0x8080_8080_8080_8080 == 0 || String(validating: bytes, as: UTF8.self) != nil
    }
}
