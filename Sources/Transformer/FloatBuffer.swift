#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Owns 64-byte aligned floats, zero at first, freed once.
final class FloatBuffer: @unchecked Sendable {
    // Sendable: the pointer never changes; who may write through it is the owner's rule.
    let values: UnsafeMutableBufferPointer<Float>

    /// - Parameter hugePages: asks the system for them, for large buffers that are read at random.
    init(count: Int, hugePages: Bool = false) {
        let bytes = max(count, 1).paddedToVector * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePages ? 2 << 20 : 64)
        #if os(Linux)
        if hugePages { madvise(raw, bytes, MADV_HUGEPAGE) }
        #endif
        memset(raw, 0, bytes)
        values = UnsafeMutableBufferPointer(start: raw.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit { values.baseAddress.map { UnsafeMutableRawPointer($0).deallocate() } }

    /// Start of the buffer; there is always one.
    var base: UnsafeMutablePointer<Float> {
        guard let base = values.baseAddress else { preconditionFailure("an allocated buffer has an address") }
        return base
    }
}
