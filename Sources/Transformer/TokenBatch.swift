/// Packed ragged sequences of encoded tokens: no padding, sequence s is the tokens `starts[s] ..< starts[s + 1]`.
///
/// Reuse one per worker: `removeAll` keeps the memory.
public struct TokenBatch: Sendable {
    /// Numeric features a token has.
    public let numbersPerToken: Int
    /// Binned features a token has.
    public let fieldsPerToken: Int
    /// (N, numbers)
    public private(set) var numbers: [Float] = []
    /// (N, fields)
    public private(set) var bins: [UInt16] = []
    /// (N) event time in milliseconds since 1970.
    public private(set) var times: [Int64] = []
    /// (S) first token of every sequence.
    private var firsts: [Int] = []
    /// (S) what dropout masks are drawn from beside the seed: the same key gives the same masks in any batch.
    public private(set) var keys: [UInt64] = []

    /// An empty batch for tokens of this shape.
    public init(numbers: Int, fields: Int) {
        numbersPerToken = numbers
        fieldsPerToken = fields
    }

    /// An empty batch for a model's tokens.
    public init(_ configuration: TransformerConfiguration) {
        self.init(numbers: configuration.numbers, fields: configuration.binCounts.count)
    }

    /// Tokens, N.
    public var count: Int { times.count }
    /// Sequences, S.
    public var sequenceCount: Int { firsts.count }
    /// Tokens of sequence s.
    public func tokens(of sequence: Int) -> Range<Int> {
        firsts[sequence]..<(sequence + 1 < firsts.count ? firsts[sequence + 1] : count)
    }
    /// (S + 1) where sequences start and the last one ends.
    public var starts: [Int] { firsts + [count] }
    /// Tokens of the longest sequence.
    var longest: Int { (0..<sequenceCount).reduce(0) { max($0, tokens(of: $1).count) } }

    /// Starts the next sequence; tokens appended from here on belong to it.
    public mutating func beginSequence(key: UInt64) {
        firsts.append(count)
        keys.append(key)
    }

    /// Appends a token to the current sequence. There must be one, and the counts must be those of this batch.
    public mutating func append(
        numbers: UnsafeBufferPointer<Float>, bins: UnsafeBufferPointer<UInt16>, timeMilliseconds: Int64
    ) {
        precondition(numbers.count == numbersPerToken && bins.count == fieldsPerToken, "a token of another shape")
        precondition(!firsts.isEmpty, "a token before beginSequence")
        self.numbers.append(contentsOf: numbers)
        self.bins.append(contentsOf: bins)
        times.append(timeMilliseconds)
    }

    /// Appends a token to the current sequence. There must be one, and the counts must be those of this batch.
    public mutating func append(numbers: [Float], bins: [UInt16], timeMilliseconds: Int64) {
        numbers.withUnsafeBufferPointer { numbers in
            bins.withUnsafeBufferPointer { bins in
                append(numbers: numbers, bins: bins, timeMilliseconds: timeMilliseconds)
            }
        }
    }

    /// Forgets the tokens, keeps the memory.
    public mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        bins.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        firsts.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }
}
