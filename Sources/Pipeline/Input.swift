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
    }

    var offset: Int64
    var payload: Payload
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
    var restored = RestoredState()
    /// What was decided on events from `restoreOffset` to `nextOffset` that were not let through, before breakers.
    var decisions: [Int64: Disposition] = [:]
    /// How the partition's day went up to `nextOffset`.
    var day = CircuitBreaker.Day()
}

/// State read back from the checkpoint topics.
struct RestoredState: Sendable {
    struct User: Sendable {
        var history: UserHistory
        var profile = UserProfile()
        /// The newest offset the history holds.
        var offset: Int64
        /// The owner's epoch when it was written.
        var epoch: Int64 = 0
    }

    /// Histories by the user's pseudonym.
    var users: [String: User] = [:]
    /// The open bucket part and the first offset it does not hold.
    var open: (part: EntityBucketPart, offset: Int64)?
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
