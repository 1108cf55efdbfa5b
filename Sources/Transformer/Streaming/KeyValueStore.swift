import CKernels

/// The memory of all caches of one owner: a slab of equal blocks, so that users come and go without the heap.
///
/// Not thread-safe: one owner, such as a partition's worker. A cache holds, per layer, the keys and values of the
/// newest W tokens in a ring, a token's slot being its position modulo W.
public final class KeyValueStore {
    private struct State {
        /// Tokens of the user so far, those before the cache began included.
        var position: Int64 = 0
        /// Tokens in the ring, at most W.
        var filled: Int32 = 0
        var live = false
    }

    /// The shape of the models this store serves.
    public let configuration: TransformerConfiguration
    /// How keys and values are held.
    public let precision: CachePrecision
    /// Bytes of one cache.
    public let bytesPerCache: Int
    /// Caches allocated.
    public private(set) var count = 0

    /// Bytes of one layer: keys (d, padded W), values (W, d), times (2, padded W), scales (2, padded W) for int8.
    let layerBytes: Int
    private let cachesPerChunk: Int
    private var chunks: [FloatBuffer] = []
    private var states: [State] = []
    private var free: [Int32] = []

    /// An empty store.
    public init(_ configuration: TransformerConfiguration, precision: CachePrecision = .float32) {
        self.configuration = configuration
        self.precision = precision
        layerBytes = ck_ring_layer_bytes(configuration.window, configuration.width, precision.kernel)
        bytesPerCache = layerBytes * configuration.layers
        cachesPerChunk = max(1, (4 << 20) / bytesPerCache)
    }

    /// Bytes of the caches in use.
    public var bytesInUse: Int { count * bytesPerCache }
    /// Bytes taken from the system.
    public var bytesReserved: Int { chunks.count * cachesPerChunk * bytesPerCache }

    /// An empty cache for a user whose next token is the `position`-th (from 0). Reuses freed memory first.
    public func allocate(position: Int64 = 0) -> KeyValueCache {
        if free.isEmpty { grow() }
        let cache = KeyValueCache(index: free.removeLast())
        states[Int(cache.index)].live = true
        count += 1
        reset(cache, position: position)
        return cache
    }

    /// Gives a cache's memory back to the store. The handle is dead from here on.
    public func free(_ cache: KeyValueCache) {
        check(cache)
        states[Int(cache.index)] = State()
        free.append(cache.index)
        count -= 1
    }

    /// Empties a cache. For an exact restart, `position` is the user's tokens ever seen less those about to be put in
    /// again: a token must fall into the slot it had, as sums run in slot order.
    public func reset(_ cache: KeyValueCache, position: Int64) {
        check(cache)
        precondition(position >= 0, "a negative position")
        states[Int(cache.index)].position = position
        states[Int(cache.index)].filled = 0
        // Unfilled slots are weighted with zero: what they hold must be finite.
        address(cache).update(repeating: 0, count: bytesPerCache)
    }

    /// Tokens of the user so far, as counted from the position the cache was given.
    public func position(_ cache: KeyValueCache) -> Int64 {
        check(cache)
        return states[Int(cache.index)].position
    }

    /// Tokens the cache holds, at most the window.
    public func filled(_ cache: KeyValueCache) -> Int {
        check(cache)
        return Int(states[Int(cache.index)].filled)
    }

    func address(_ cache: KeyValueCache) -> UnsafeMutablePointer<CChar> {
        let index = Int(cache.index)
        let chunk = UnsafeMutableRawPointer(chunks[index / cachesPerChunk].base)
        return chunk.assumingMemoryBound(to: CChar.self) + index % cachesPerChunk * bytesPerCache
    }

    /// The slot of the cache's next token and how many tokens the ring holds with it.
    func next(_ cache: KeyValueCache) -> (slot: Int32, filled: Int32) {
        check(cache)
        let state = states[Int(cache.index)]
        let window = configuration.window
        return (Int32(state.position % Int64(window)), min(state.filled + 1, Int32(window)))
    }

    /// The slot of the cache's newest token and how many tokens the ring holds, nil when empty.
    func newest(_ cache: KeyValueCache) -> (slot: Int32, filled: Int32)? {
        check(cache)
        let state = states[Int(cache.index)]
        guard state.filled > 0 else { return nil }
        return (Int32((state.position - 1) % Int64(configuration.window)), state.filled)
    }

    /// Counts a token into the cache.
    func push(_ cache: KeyValueCache) {
        let filled = next(cache).filled
        states[Int(cache.index)].position += 1
        states[Int(cache.index)].filled = filled
    }

    private func check(_ cache: KeyValueCache) {
        precondition(
            states.indices.contains(Int(cache.index)) && states[Int(cache.index)].live,
            "a cache freed or of another store")
    }

    private func grow() {
        // 16 floats more: kernels read a vector at the last value.
        let floats = cachesPerChunk * bytesPerCache / MemoryLayout<Float>.stride + 16
        let chunk = FloatBuffer(count: floats, hugePages: true)
        chunks.append(chunk)
        let first = states.count
        states.append(contentsOf: repeatElement(State(), count: cachesPerChunk))
        free.reserveCapacity(states.count)
        for index in (first..<states.count).reversed() { free.append(Int32(index)) }
    }
}
