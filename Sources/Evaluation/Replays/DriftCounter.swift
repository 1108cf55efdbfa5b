internal import Scoring
internal import Sequences
internal import Transactions

/// Counts the bins of features and keeps scores, before the span and in it. One thread at a time; sums are taken at the end.
struct DriftCounter {
    /// One event in so many has its features counted; which ones depends on the transaction's id alone.
    static let stride: UInt64 = 16

    /// (fields, bins)
    private(set) var before: [[Int]]
    private(set) var during: [[Int]]
    private(set) var scoresBefore: [Float] = []

    init(_ encoder: Encoder) {
        before = encoder.binCounts.map { Array(repeating: 0, count: $0) }
        during = before
    }

    private func isCounted(_ transaction: Transaction) -> Bool {
        StableHash.identifier(transaction.id) % Self.stride == 0
    }

    /// Counts the transaction that the scorer has just taken in.
    mutating func addAbsorbed(_ transaction: Transaction, _ scorer: Scorer) {
        guard isCounted(transaction) else { return }
        for (field, bin) in scorer.binsOfNewest().enumerated() { before[field][Int(bin)] += 1 }
    }

    /// Counts a transaction of the batch that the scorer has just scored.
    mutating func addScored(
        _ transaction: Transaction, _ outcome: Scorer.Outcome, at index: Int, for purpose: ReplayShard.Purpose,
        _ scorer: Scorer
    ) {
        guard case .scored(let decision, _) = outcome else { return }
        if purpose == .reference { scoresBefore.append(decision.modelScore) }
        guard isCounted(transaction) else { return }
        for (field, bin) in scorer.bins(ofEvent: index).enumerated() {
            if purpose == .decision { during[field][Int(bin)] += 1 } else { before[field][Int(bin)] += 1 }
        }
    }

    mutating func add(_ other: DriftCounter) {
        for field in before.indices {
            for bin in before[field].indices {
                before[field][bin] += other.before[field][bin]
                during[field][bin] += other.during[field][bin]
            }
        }
        scoresBefore += other.scoresBefore
    }
}
