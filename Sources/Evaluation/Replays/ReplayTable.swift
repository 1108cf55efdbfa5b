public import Scoring

/// Every transaction that a replay decided, in columns: what metrics, reports and backtests of rules read.
///
/// Rows stand in the order of the replay's input merged by time. Duplicates are no rows. About 60 bytes a row with one
/// contender, in files of their own where it is many; the transactions themselves are not kept.
public struct ReplayTable: Sendable {
    /// Whether a row's truth can be relied on.
    public enum Maturity: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// Old enough for its label to have arrived: the row belongs in every metric.
        case mature
        /// Younger than the label delay at the moment the data ends: not to be counted as anything.
        case immature
        /// Old enough, and still nobody has said what it was.
        case unlabelled
    }

    /// (rows) `StableHash.identifier` of the transaction's id.
    public package(set) var ids = Column<UInt64>()
    /// (rows) each row's user, a number counted from 0; see `userNames`.
    public package(set) var users = Column<UInt32>()
    /// (rows) the event's own time in milliseconds since the Unix epoch.
    public package(set) var times = Column<Int64>()
    /// (rows) in the currency's major unit, negative for refunds.
    public package(set) var amounts = Column<Double>()
    /// (rows) the truth: 1 fraud, 0 legitimate, −1 where nobody said. Also set where it is immature.
    public package(set) var truths = Column<Int8>()
    /// (rows)
    public package(set) var maturities = Column<Maturity>()
    /// (rows) the input that the transaction came from; see `sources`.
    public package(set) var sourceIndexes = Column<UInt32>()
    /// (rows) its offset there, or the number of its line in a file.
    public package(set) var offsets = Column<Int64>()
    /// One for each dimension asked for: an entity, a category or any other declared feature.
    public package(set) var segments: [ReplaySegment] = []
    /// What each contender decided: the champion first.
    public package(set) var contenders: [ReplayContender] = []

    /// Pseudonyms by the users' numbers.
    public package(set) var userNames: [String] = []
    /// Inputs by their numbers: `topic[partition]` or a file's path.
    public package(set) var sources: [ReplaySource] = []

    package init() {}

    /// Rows.
    public var count: Int { times.count }

    /// The contender that all others are compared with.
    public var champion: ReplayContender { contenders[0] }

    /// The rows whose truth counts, in ascending order.
    public var matureRows: Column<Int> { Column(maturities.indices.lazy.filter { maturities[$0] == .mature }) }

    /// How many rows are of this maturity.
    public func count(of maturity: Maturity) -> Int { maturities.reduce(0) { $0 + ($1 == maturity ? 1 : 0) } }
}
