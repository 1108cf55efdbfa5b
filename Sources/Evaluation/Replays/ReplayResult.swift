internal import Scoring
public import Transactions

/// All that a replay gives: what was decided, from what, and how long it took.
public struct ReplayResult: Sendable {
    /// A UUID.
    public var runID: String
    /// Events with times in [from, to) were decided. Where the command named no bound: the first and just past the last.
    public var from: EventTime
    public var to: EventTime
    /// The moment the data ends: labels that would have arrived later are immature.
    public var dataEnd: EventTime
    /// From a transaction to its label.
    public var labelDelayMilliseconds: Int64
    /// Transactions of the span, duplicates included.
    public var events = 0
    /// Transactions before it, taken in for context.
    public var warmUpEvents = 0
    /// Those of the span that were known already.
    public var duplicates = 0
    /// Those of the span that were older than their user's newest.
    public var late = 0
    /// Messages that were no transaction or label.
    public var faults = 0
    /// Wall time of the whole replay, reading and warm-up included.
    public var seconds = 0.0
    /// Transactions read in that time, warm-up included, by the second.
    public var eventsPerSecond = 0.0
    /// What was found about the data, such as records that are gone from a topic.
    public var remarks: [String] = []
    /// Stopped before its end: what is here is whole up to the last row.
    public var isPartial = false
    public package(set) var table = ReplayTable()
    public package(set) var drift: ReplayDrift?

    /// What was decided on the record that the replay was to find.
    var target: Scorer.Outcome?

    package init(runID: String, from: EventTime, to: EventTime, dataEnd: EventTime, labelDelayMilliseconds: Int64) {
        self.runID = runID
        self.from = from
        self.to = to
        self.dataEnd = dataEnd
        self.labelDelayMilliseconds = labelDelayMilliseconds
    }
}
