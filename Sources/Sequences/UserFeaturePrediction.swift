import Transactions

/// The user's features as they follow from the amounts and times of the tokens before, for packing.
///
/// Right from the 33rd token on, or from the first where nothing older was dropped; a token that came late differs.
struct UserFeaturePrediction {
    /// What the predictions rest on: the features' code and the C library's logarithm. Bytes packed under another
    /// one would unpack to other values.
    static let fingerprint: UInt64 = {
        let amounts = (0..<256).map { Float(($0 &* 2_654_435_761) % 1_000_003) / 97 }
        let times = (0..<256).map { Int64($0 * ($0 % 17)) * 977_000 }.sorted()
        return amounts.withUnsafeBufferPointer { amounts in
            times.withUnsafeBufferPointer { times in
                UserFeaturePrediction(amounts: amounts, times: times).columns
                    .withUnsafeBytes { XXHash64.hash($0) }
            }
        }
    }()

    /// Features that are predicted: all of the user's but the amount itself.
    static let predicted = 1..<FeatureLayout.user.count

    private let tokens: Int
    /// (features, tokens)
    private let columns: [UInt32]

    /// - Parameter times: as many as amounts.
    init(amounts: UnsafeBufferPointer<Float>, times: UnsafeBufferPointer<Int64>) {
        let features = FeatureLayout.user.count
        let tokens = min(amounts.count, times.count)
        self.tokens = tokens
        columns = [UInt32](unsafeUninitializedCapacity: features * tokens) { columns, count in
            columns.initialize(repeating: 0)
            count = features * tokens
            let none = UnsafeBufferPointer<UInt32>(start: nil, count: 0)
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: features) { raw in
                // Here, where no closure captures it: it would be copied for every token.
                var history = UserHistory(rawCount: 0, capacity: 1)
                raw.initialize(repeating: 0)
                for token in 0..<tokens {
                    let time = EventTime(milliseconds: times[token])
                    FeatureExtractor.extractUser(
                        amount: amounts[token], time: time, at: time, history: history, into: raw)
                    for feature in 0..<features { columns[feature &* tokens &+ token] = raw[feature] }
                    history.append(raw: none, time: time, id: 0, amount: Double(amounts[token]))
                }
            }
        }
    }

    /// Works on one of the `predicted` features, or on none where the feature is not the user's.
    func withColumn<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
        columns.withUnsafeBufferPointer { columns in
            guard Self.predicted.contains(index) else { return body(UnsafeBufferPointer(rebasing: columns[..<0])) }
            return body(UnsafeBufferPointer(rebasing: columns[index * tokens..<(index + 1) * tokens]))
        }
    }
}
