/// A dataset's tokens as a model reads them, each user's together and in their order.
public struct EncodedSequences: Sendable {
    public let numbersPerToken: Int
    public let fieldsPerToken: Int
    /// (tokens, numbers)
    public private(set) var numbers: [Float]
    /// (tokens, fields)
    public private(set) var bins: [UInt16]
    /// (tokens) effective event times in milliseconds.
    public private(set) var times: [Int64]
    /// (tokens) the row of the dataset that a token came from.
    public private(set) var rows: [Int]
    /// (users + 1) where each user's tokens begin.
    public private(set) var starts: [Int]

    public init(_ dataset: HistoricalDataset, encoder: Encoder) {
        numbersPerToken = encoder.numberCount
        fieldsPerToken = encoder.fields.count
        starts = [Int](repeating: 0, count: dataset.userCount + 1)
        for user in dataset.users { starts[Int(user) + 1] += 1 }
        for user in 0..<dataset.userCount { starts[user + 1] += starts[user] }
        rows = [Int](repeating: 0, count: dataset.count)
        var next = starts
        for row in 0..<dataset.count {
            let user = Int(dataset.users[row])
            rows[next[user]] = row
            next[user] += 1
        }
        times = rows.map { dataset.times[$0] }
        numbers = [Float](repeating: 0, count: dataset.count * numbersPerToken)
        bins = [UInt16](repeating: 0, count: dataset.count * fieldsPerToken)
        encode(dataset, encoder)
    }

    /// Sequences already encoded, one user's after the other's.
    package init(
        numbersPerToken: Int, fieldsPerToken: Int, numbers: [Float], bins: [UInt16], times: [Int64], lengths: [Int]
    ) {
        precondition(times.count == lengths.reduce(0, +), "one time a token expected")
        self.numbersPerToken = numbersPerToken
        self.fieldsPerToken = fieldsPerToken
        (self.numbers, self.bins, self.times) = (numbers, bins, times)
        rows = Array(times.indices)
        starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    private mutating func encode(_ dataset: HistoricalDataset, _ encoder: Encoder) {
        let (width, rawWidth) = (numbersPerToken, fieldsPerToken)
        dataset.rows.withUnsafeBufferPointer { raws in
            numbers.withUnsafeMutableBufferPointer { numbers in
                bins.withUnsafeMutableBufferPointer { bins in
                    for (token, row) in rows.enumerated() {
                        encoder.encode(
                            UnsafeBufferPointer(rebasing: raws[row * rawWidth..<(row + 1) * rawWidth]),
                            numbers: UnsafeMutableBufferPointer(
                                rebasing: numbers[token * width..<(token + 1) * width]),
                            bins: UnsafeMutableBufferPointer(rebasing: bins[token * rawWidth..<(token + 1) * rawWidth]))
                    }
                }
            }
        }
    }

    public var count: Int { times.count }

    public var userCount: Int { starts.count - 1 }

    /// The same for a chunk whatever other users there are and whatever follows it.
    package func key(of chunk: SequenceChunk) -> UInt64 {
        UInt64(chunk.user) << 32 | UInt64(chunk.start - starts[chunk.user])
    }

    /// Cuts the sequences into chunks of at most `maximumTokens` tokens to score, each with the tokens before it that
    /// they can depend on; a chunk scores only tokens of the time range, and users without one have no chunk.
    ///
    /// - Parameters:
    ///   - users: whose sequences; nil is everyone's.
    ///   - context: layers · (window − 1), for scores equal to those of the whole sequence.
    public func chunks(
        of users: Set<Int>? = nil, from: Int64 = .min, to: Int64 = .max, context: Int, maximumTokens: Int
    ) -> [SequenceChunk] {
        var chunks: [SequenceChunk] = []
        let size = min(max(1, maximumTokens), max(1, count))
        for user in 0..<userCount where users?.contains(user) ?? true {
            let tokens = starts[user]..<starts[user + 1]
            // Effective times never fall within a user.
            let first = tokens.first { times[$0] >= from } ?? tokens.upperBound
            let end = tokens[first...].first { times[$0] >= to } ?? tokens.upperBound
            for start in stride(from: first, to: end, by: size) {
                let scored = start..<min(end, start + size)
                chunks.append(
                    SequenceChunk(user: user, start: max(tokens.lowerBound, start - context), scored: scored))
            }
        }
        return chunks
    }
}
