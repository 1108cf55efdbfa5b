import Transactions

/// The user's features as they follow from the amounts and times of the tokens before, for packing.
///
/// Right from the 33rd token on, or from the first where nothing older was dropped; a token that came late differs.
struct UserFeaturePrediction {
    /// (features, tokens)
    private var columns: [[UInt32]]

    init(amounts: [Float], times: [Int64]) {
        let features = FeatureLayout.user.count
        columns = Array(repeating: [], count: features)
        guard amounts.count == times.count else { return }
        for column in columns.indices { columns[column].reserveCapacity(times.count) }
        var history = UserHistory(rawCount: 0, capacity: 1)
        let none = UnsafeBufferPointer<UInt32>(start: nil, count: 0)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: features) { raw in
            raw.initialize(repeating: 0)
            for (amount, milliseconds) in zip(amounts, times) {
                let time = EventTime(milliseconds: milliseconds)
                FeatureExtractor.extractUser(amount: amount, time: time, at: time, history: history, into: raw)
                for column in columns.indices { columns[column].append(raw[column]) }
                history.append(raw: none, time: time, id: 0, amount: Double(amount))
            }
        }
    }

    /// None for features that are not the user's, and for the amount itself.
    func column(_ index: Int) -> [UInt32] { index > 0 && index < columns.count ? columns[index] : [] }
}
