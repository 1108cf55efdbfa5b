internal import Scoring
internal import Transactions

/// What was caught on one UTC day.
public struct DailyCatch: Hashable, Sendable {
    /// Days since the Unix epoch.
    public var day: Int64
    public var counts: CatchCounts

    /// Days with an event, in their order.
    public static func days(_ columns: OutcomeColumns) -> [DailyCatch] {
        var counts: [Int64: CatchCounts] = [:]
        for row in 0..<columns.count {
            let (quotient, rest) = columns.times[row].quotientAndRemainder(dividingBy: EventTime.millisecondsPerDay)
            counts[rest < 0 ? quotient - 1 : quotient, default: CatchCounts()].add(
                fraud: columns.frauds[row], flagged: columns.isFlagged(row), amount: columns.amounts[row])
        }
        return counts.sorted { $0.key < $1.key }.map { DailyCatch(day: $0.key, counts: $0.value) }
    }
}
