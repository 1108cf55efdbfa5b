public import Transactions
public import Transformer

/// What of the past a replay decides, and how.
public struct ReplayOptions: Sendable {
    /// Transactions before it are taken in for context only; nil: none are.
    public var from: EventTime?
    /// Transactions from here on are left out; nil: none are.
    public var to: EventTime?
    /// What lies before it is not even context; nil: everything is.
    public var warmUpFrom: EventTime?
    /// From a transaction to the moment its label becomes known. Where labels are events of their own they count from
    /// their own moment; the delay then only says which transactions are too young to be judged.
    public var labelDelayMilliseconds: Int64
    /// Threads that score; what is decided does not depend on how many.
    public var workers = 2
    /// The share of users that are scored, chosen by their ids. Entities count all transactions all the same.
    public var userShare = 1.0
    /// Entities and features whose groups the table tells apart.
    public var segments: [String] = []
    /// Whether to compare features and scores with those before the span.
    public var measuresDrift = false
    /// Bound on cached keys and values over all entrants.
    public var cacheMemoryBytes = 1 << 31
    /// How keys and values are held: as in the `run` whose decisions are to be found again.
    public var cachePrecision = CachePrecision.standard
    /// How users are named outside.
    public var pseudonymizer = Pseudonymizer.plain
    /// Whether flagged events get their reasons.
    var explains = false
    /// Only this user is scored; for looking at one alert again.
    var onlyUser: String?
    /// The replay ends once this record has been decided.
    var target: SourceCoordinates?

    public init(labelDelayMilliseconds: Int64) {
        self.labelDelayMilliseconds = labelDelayMilliseconds
    }
}
