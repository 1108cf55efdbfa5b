public import Transactions

/// What was decided and what was true, in columns: what every figure is computed from.
///
/// Only rows whose truth counts belong here; rows whose labels are not mature are no legitimate transactions.
public struct OutcomeColumns: Sendable {
    /// (rows) calibrated probabilities of fraud, none NaN.
    public var scores: [Float] = []
    /// (rows) the truth.
    public var frauds: [Bool] = []
    /// (rows)
    public var dispositions: [Disposition] = []
    /// (rows) in the currency's major unit.
    public var amounts: [Double] = []
    /// (rows) numbers of the users, from 0.
    public var users: [UInt32] = []
    /// (rows) milliseconds since the Unix epoch.
    public var times: [Int64] = []

    /// All columns of the same length.
    public init(
        scores: [Float], frauds: [Bool], dispositions: [Disposition], amounts: [Double], users: [UInt32],
        times: [Int64]
    ) {
        precondition(
            [frauds.count, dispositions.count, amounts.count, users.count, times.count].allSatisfy {
                $0 == scores.count
            }, "columns of one length expected")
        self.scores = scores
        self.frauds = frauds
        self.dispositions = dispositions
        self.amounts = amounts
        self.users = users
        self.times = times
    }

    /// Rows.
    public var count: Int { scores.count }

    /// Whether the row was put up for review or declined.
    public func isFlagged(_ row: Int) -> Bool { dispositions[row] != .allow }
}
