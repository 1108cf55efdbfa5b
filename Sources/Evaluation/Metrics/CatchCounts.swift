internal import Scoring

/// What was flagged of what was fraud, in events and in money; adds up over parts.
public struct CatchCounts: Hashable, Sendable {
    public var events = 0
    public var frauds = 0
    /// Put up for review or declined.
    public var flagged = 0
    /// Frauds among them.
    public var caught = 0
    /// Money of frauds, refunds not counted.
    public var fraudAmount = 0.0
    /// Money of the frauds caught.
    public var caughtAmount = 0.0

    public init() {}

    public init(_ columns: OutcomeColumns) {
        for row in 0..<columns.count {
            add(fraud: columns.frauds[row], flagged: columns.isFlagged(row), amount: columns.amounts[row])
        }
    }

    /// Counts one event.
    @inline(__always)
    public mutating func add(fraud: Bool, flagged isFlagged: Bool, amount: Double) {
        events += 1
        flagged += isFlagged ? 1 : 0
        guard fraud else { return }
        frauds += 1
        fraudAmount += max(0, amount)
        guard isFlagged else { return }
        caught += 1
        caughtAmount += max(0, amount)
    }

    /// Of the flagged, the share that was fraud; nil where nothing was flagged.
    public var precision: Double? { share(Double(caught), of: Double(flagged)) }
    /// Of the frauds, the share that was flagged; nil without a fraud.
    public var recall: Double? { share(Double(caught), of: Double(frauds)) }
    /// Of the legitimate, the share that was flagged; nil without one.
    public var falsePositiveRate: Double? { share(Double(flagged - caught), of: Double(events - frauds)) }
    /// Of the money of frauds, the share that was flagged; nil without any.
    public var valueRecall: Double? { share(caughtAmount, of: fraudAmount) }

    private func share(_ part: Double, of whole: Double) -> Double? { whole > 0 ? part / whole : nil }
}
