/// A micro-batch of tokens with the cache each belongs to: any users, several tokens of one user in their order.
///
/// Reuse one per worker: `removeAll` keeps the memory.
public struct TokenRows: Sendable {
    /// Numeric features a token has.
    public let numbersPerToken: Int
    /// Binned features a token has.
    public let fieldsPerToken: Int
    /// (rows, numbers)
    public private(set) var numbers: [Float] = []
    /// (rows, fields)
    public private(set) var bins: [UInt16] = []
    /// (rows) event time in milliseconds since 1970.
    public private(set) var times: [Int64] = []
    /// (rows)
    public private(set) var caches: [KeyValueCache] = []

    /// No rows of a model's tokens.
    public init(_ configuration: TransformerConfiguration) {
        numbersPerToken = configuration.numbers
        fieldsPerToken = configuration.binCounts.count
    }

    /// Rows so far.
    public var count: Int { times.count }

    /// Appends a token. The counts must be those of the model; the numbers must be finite (the encoder's duty), or the
    /// user's scores are not until W tokens later.
    public mutating func append(
        numbers: UnsafeBufferPointer<Float>, bins: UnsafeBufferPointer<UInt16>, timeMilliseconds: Int64,
        cache: KeyValueCache
    ) {
        precondition(numbers.count == numbersPerToken && bins.count == fieldsPerToken, "a token of another shape")
        self.numbers.append(contentsOf: numbers)
        self.bins.append(contentsOf: bins)
        times.append(timeMilliseconds)
        caches.append(cache)
    }

    /// Appends a token, see above.
    public mutating func append(numbers: [Float], bins: [UInt16], timeMilliseconds: Int64, cache: KeyValueCache) {
        numbers.withUnsafeBufferPointer { numbers in
            bins.withUnsafeBufferPointer { bins in
                append(numbers: numbers, bins: bins, timeMilliseconds: timeMilliseconds, cache: cache)
            }
        }
    }

    /// Forgets the rows, keeps the memory.
    public mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        bins.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        caches.removeAll(keepingCapacity: true)
    }
}
