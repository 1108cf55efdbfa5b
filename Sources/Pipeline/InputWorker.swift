internal import Kafka
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// One assigned partition: its waiting events, its users, its open bucket and what it has done since the last commit.
///
/// Owned by the processor's thread.
final class InputWorker {
    /// A user and the name under which the outside may know them.
    struct User {
        var state: UserState
        var pseudonym: String
        /// The epoch of the newest checkpoint, where there is one.
        var checkpointEpoch: Int64?
    }

    let claim: InputClaim
    /// Number of this input in the ledger.
    let source: UInt32
    /// Shared with the intake, which pauses the partition while too much is waiting.
    let backlog: Backlog

    var users: [String: User] = [:]
    private(set) var dirty: [String: UserState] = [:]
    var accumulator: BucketAccumulator
    /// The first offset not taken from the queue yet.
    private(set) var position: Int64
    /// The first offset not handed to a commit yet.
    var committedTo: Int64
    var counts = EventCounts()
    /// How the day has gone, for circuit breakers.
    var day: CircuitBreaker.Day
    /// The first offset that no checkpoint holds.
    var checkpointedTo: Int64
    /// What other instances were last told: at its end or not; nil before they were told anything.
    var announcedIdle: Bool?
    private(set) var atEndSince: Int64?

    private var restored: [String: RestoredState.User]
    private let accumulateFrom: Int64
    private var waiting: [IncomingEvent] = []
    private var head = 0
    private var end: Int64?

    init(claim: InputClaim, source: UInt32, backlog: Backlog, schema: TransactionSchema) {
        self.source = source
        self.backlog = backlog
        restored = claim.restored.users
        accumulateFrom = claim.restored.open?.offset ?? claim.restoreOffset
        accumulator =
            claim.restored.open?.part.map { BucketAccumulator(schema: schema, resuming: $0) }
            ?? BucketAccumulator(schema: schema)
        position = claim.restoreOffset
        committedTo = claim.nextOffset
        checkpointedTo = claim.restoreOffset
        day = claim.day
        // Users leave `restored` one by one; the claim must not hold on to them all.
        var claim = claim
        claim.restored = RestoredState()
        self.claim = claim
    }

    /// Whether the worker still re-reads what has been decided before.
    var isRestoring: Bool { position < claim.nextOffset }

    /// Queues a batch read under this worker's claim.
    func receive(_ batch: IncomingBatch, now: Int64) {
        if !batch.events.isEmpty {
            if head == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                head = 0
            }
            waiting.append(contentsOf: batch.events)
            atEndSince = nil
        }
        if let end = batch.end {
            self.end = end
            atEndSince = now
        }
    }

    /// The next event, not taken yet.
    var next: IncomingEvent? { head < waiting.count ? waiting[head] : nil }

    /// The bucket that the next event, or whatever comes, belongs to at the earliest.
    func nextBucket(_ ledger: EntityLedger) -> Int64 {
        let current = accumulator.open?.bucket ?? .min
        switch next?.payload {
        case .transaction(let transaction): return max(current, ledger.bucket(of: transaction.time))
        case .label(let label): return max(current, ledger.bucket(of: label.knownAt))
        case .fault, nil: return current
        }
    }

    /// Takes the next event off the queue; offsets that hold no record are counted as gaps.
    func take() -> IncomingEvent? {
        guard head < waiting.count else { return nil }
        let event = waiting[head]
        head += 1
        if event.offset >= claim.nextOffset {
            counts.gaps += max(0, event.offset - max(position, claim.nextOffset))
        }
        position = event.offset + 1
        return event
    }

    /// Tells the intake how much room there is again.
    func settle(taken: Int) {
        backlog.remove(taken)
        if head > 4096 {
            waiting.removeFirst(head)
            head = 0
        }
    }

    /// The user's state: known, restored from a checkpoint, or new.
    func user(_ id: String, pseudonymizer: Pseudonymizer, scorer: Scorer) -> User {
        if let known = users[id] { return known }
        let pseudonym = pseudonymizer.pseudonym(of: id)
        let former = restored.removeValue(forKey: pseudonym)
        let state =
            former.map { scorer.user(from: $0.history, profile: $0.profile, newestOffset: $0.offset) }
            ?? scorer.newUser()
        let user = User(state: state, pseudonym: pseudonym, checkpointEpoch: former?.epoch)
        users[id] = user
        return user
    }

    /// Notes that the user is to be in the next checkpoint.
    func markDirty(_ id: String, _ state: UserState) {
        state.isDirty = true
        dirty[id] = state
    }

    /// A checkpoint holds every user that changed.
    func clearDirty() {
        for state in dirty.values { state.isDirty = false }
        dirty.removeAll(keepingCapacity: true)
    }

    /// Ids of known users with these pseudonyms.
    func ids(of pseudonyms: Set<String>) -> [String] {
        users.filter { pseudonyms.contains($0.value.pseudonym) }.map(\.key)
    }

    /// Drops users by pseudonym; answers under which epochs each may have checkpoints.
    func forget(_ pseudonyms: Set<String>, scorer: Scorer) -> [String: Set<Int64>] {
        var epochs: [String: Set<Int64>] = [:]
        for (id, user) in users where pseudonyms.contains(user.pseudonym) {
            scorer.release([user.state])
            users[id] = nil
            dirty[id] = nil
            epochs[user.pseudonym] = Set([claim.epoch, user.checkpointEpoch ?? claim.epoch])
        }
        for pseudonym in pseudonyms {
            guard let user = restored.removeValue(forKey: pseudonym) else { continue }
            epochs[pseudonym, default: []].insert(user.epoch)
        }
        return epochs
    }

    /// Adds the event to its bucket, which is open already, unless the restored part holds it.
    func accumulate(_ event: IncomingEvent, contributor: VelocityContributor?) {
        guard event.offset >= accumulateFrom else { return }
        switch event.payload {
        case .transaction(let transaction): _ = accumulator.add(transaction, contributor: contributor)
        case .label(let label): _ = accumulator.add(label)
        case .fault: break
        }
    }
}
