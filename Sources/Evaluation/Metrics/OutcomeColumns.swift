public import Scoring
public import Transactions

/// What was decided and what was true, in columns: what every figure is computed from.
///
/// Only rows whose truth counts belong here; rows whose labels are not mature are no legitimate transactions.
public struct OutcomeColumns: Sendable {
    /// (rows) calibrated probabilities of fraud, none NaN.
    public var scores = Column<Float>()
    /// (rows) the truth.
    public var frauds = Column<Bool>()
    /// (rows)
    public var dispositions = Column<Disposition>()
    /// (rows) in the currency's major unit.
    public var amounts = Column<Double>()
    /// (rows) numbers of the users, from 0.
    public var users = Column<UInt32>()
    /// (rows) milliseconds since the Unix epoch.
    public var times = Column<Int64>()

    /// All columns of the same length.
    public init(
        scores: some Sequence<Float>, frauds: some Sequence<Bool>, dispositions: some Sequence<Disposition>,
        amounts: some Sequence<Double>, users: some Sequence<UInt32>, times: some Sequence<Int64>
    ) {
        self.scores = Column(scores)
        self.frauds = Column(frauds)
        self.dispositions = Column(dispositions)
        self.amounts = Column(amounts)
        self.users = Column(users)
        self.times = Column(times)
        precondition(
            [
                self.frauds.count, self.dispositions.count, self.amounts.count, self.users.count, self.times.count,
            ].allSatisfy { $0 == self.scores.count }, "columns of one length expected")
    }

    /// Rows.
    public var count: Int { scores.count }

    /// Whether the row was put up for review or declined.
    public func isFlagged(_ row: Int) -> Bool { dispositions[row] != .allow }
}
