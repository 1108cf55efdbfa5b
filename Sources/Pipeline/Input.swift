internal import Kafka
internal import Rules
internal import Sequences
internal import Transactions

/// Which of the two input topics a partition belongs to.
enum InputKind: Sendable {
    case transactions
    case labels
}

/// One event as the intake hands it on: decoded, or the reason why not.
struct IncomingEvent: Sendable {
    enum Payload: Sendable {
        case transaction(Transaction)
        case label(Label)
        case fault(EventFault, original: OriginalRecord)
        /// What stands in a queue where an event was before it was taken.
        case taken
    }

    var offset: Int64
    private(set) var payload: Payload
    /// The moment that decides the bucket; nil for a fault.
    let moment: EventTime?
    /// `StableHash.identifier` of the transaction's user, worked out where decoding is: the processor has more to do.
    let userHash: UInt64
    /// The record itself, kept where scoring may fail.
    var original: OriginalRecord?

    init(offset: Int64, payload: Payload, original: OriginalRecord? = nil) {
        self.offset = offset
        self.original = original
        // Before the payload finds its place: what an event holds is then moved there, not copied.
        switch payload {
        case .transaction(let transaction):
            moment = transaction.time
            userHash = StableHash.identifier(transaction.user)
        case .label(let label):
            moment = label.knownAt
            userHash = 0
        case .fault, .taken:
            moment = nil
            userHash = 0
        }
        self.payload = payload
    }

    /// Moves the payload out; nothing of it is copied.
    mutating func takePayload() -> Payload {
        var payload = Payload.taken
        swap(&payload, &self.payload)
        return payload
    }
}

/// A record as it came, for its dead letter.
struct OriginalRecord: Sendable {
    var key: [UInt8]?
    var value: [UInt8]?
    var timestamp: Int64?
}

/// Consecutive events of one input.
struct IncomingBatch: Sendable {
    var input: TopicPartition
    /// The claim under which the events were read; batches of an earlier claim are dropped.
    var epoch: Int64
    var events: [IncomingEvent]
    /// Set when the input's end was reached: the offset that the next event will have.
    var end: Int64?
}

/// What this instance holds of an input: the right to move its progress, and where to go on.
struct InputClaim: Sendable {
    var input: TopicPartition
    var kind: InputKind
    var epoch: Int64
    /// The first offset not decided yet.
    var nextOffset: Int64
    /// Where reading starts; events before `nextOffset` only restore state.
    var restoreOffset: Int64
    /// Offsets of transactions that are in nobody's history, because their scoring failed.
    var poisoned: Set<Int64> = []
    var restored = RestoredState()
    /// What was decided on events from `restoreOffset` to `nextOffset` that were not let through, before breakers.
    var decisions: [Int64: Disposition] = [:]
    /// Since when events count in the aggregates that were in force at `nextOffset`; nil where nobody wrote it down.
    var aggregateStarts: AggregateStarts?
    /// How the partition's days went up to `nextOffset`.
    var days = CircuitBreaker.Days()
}

/// State read back from the checkpoint topics.
struct RestoredState: Sendable {
    struct User: Sendable {
        var history: PackedHistory
        var profile = UserProfile()
        /// The newest offset the history holds.
        var offset: Int64
        /// The owner's epoch when it was written.
        var epoch: Int64 = 0
    }

    /// Histories by the user's pseudonym.
    var users: [Text: User] = [:]
    /// The open bucket part, nil where none was open, and the first offset it does not hold: what comes before is in parts
    /// that are closed.
    var open: (part: EntityBucketPart?, offset: Int64)?
    /// Whether the input's closed parts are made again up to there, because some are missing.
    var makesPartsAgain = false
    /// Where the buckets end, in milliseconds, whose parts are published.
    var publishedEnds: Set<Int64> = []
}

/// What became of the events of one input since its last commit.
struct EventCounts: Hashable, Sendable {
    /// Decided, or for labels applied.
    var scored: Int64 = 0
    var duplicates: Int64 = 0
    var deadLettered: Int64 = 0
    /// Offsets that hold no record: transaction markers, compacted records.
    var gaps: Int64 = 0
    /// Of the scored: older than the user's newest event.
    var late: Int64 = 0
}
