/// Hashes that are the same in every process and on every machine, unlike Swift's seeded `Hasher`.
///
/// - Source: FNV-1a (Fowler, Noll, Vo) over the bytes, finished with MurmurHash3's 64-bit mix.
public enum StableHash {
    /// The key of an entity: its kind and its own key, kept apart by a zero byte.
    public static func entity(name: String, key: String) -> UInt64 {
        Kind(name).entity(key)
    }

    /// The keys of one kind of entity, with what depends on its name alone worked out once.
    public struct Kind: Sendable {
        private let prefix: UInt64

        public init(_ name: String) {
            prefix = folded(0, from: folded(name, from: offsetBasis))
        }

        /// What `entity(name:key:)` gives.
        public func entity(_ key: String) -> UInt64 { mixed(folded(key, from: prefix)) }
    }

    /// The key of a transaction's identifier.
    public static func identifier(_ id: String) -> UInt64 {
        mixed(folded(id, from: offsetBasis))
    }

    /// The raw value of a category; never 0, which stands for a missing one.
    public static func category(_ text: String) -> UInt32 {
        let hash = mixed(folded(text, from: offsetBasis))
        return max(1, UInt32(truncatingIfNeeded: hash ^ (hash >> 32)))
    }

    /// The hash of raw bytes.
    public static func bytes(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = offsetBasis
        for byte in bytes { hash = folded(byte, from: hash) }
        return mixed(hash)
    }

    private static let offsetBasis: UInt64 = 0xcbf2_9ce4_8422_2325

    @inline(__always)
    private static func folded(_ byte: UInt8, from hash: UInt64) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    @inline(__always)
    private static func folded(_ text: String, from start: UInt64) -> UInt64 {
        var hash = start
        for byte in text.utf8 { hash = folded(byte, from: hash) }
        return hash
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
