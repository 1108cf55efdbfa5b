/// Owns 64-byte aligned floats, zero at first, freed once.
final class FloatBuffer: @unchecked Sendable {
    // Sendable: the pointer never changes; who may write through it is the owner's rule.
    let values: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        let bytes = max(count, 1).paddedToVector * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        values = UnsafeMutableBufferPointer(start: raw.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit { values.baseAddress.map { UnsafeMutableRawPointer($0).deallocate() } }

    /// Start of the buffer; there is always one.
    var base: UnsafeMutablePointer<Float> {
        guard let base = values.baseAddress else { preconditionFailure("an allocated buffer has an address") }
        return base
    }
}
