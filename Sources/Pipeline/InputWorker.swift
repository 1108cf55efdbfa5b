internal import Kafka
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// One assigned partition: its waiting events, its users, its open bucket and what it has done since the last commit.
///
/// Owned by the processor's thread.
final class InputWorker {
    /// How an input stands, for instances that have others.
    enum Announcement: Equatable {
        case goesOn
        /// Nothing follows for now, up to this offset.
        case atEnd(Int64)
    }

    let claim: InputClaim
    /// Number of this input in the ledger.
    let source: UInt32
    /// Shared with the intake, which pauses the partition while too much is waiting.
    let backlog: Backlog

    /// Where the worker stands in the processor's order.
    var place = 0
    private(set) var users = UserTable()
    /// Numbers of the users who changed since the last checkpoint.
    private(set) var dirty: [Int] = []
    var accumulator: BucketAccumulator
    /// Where the buckets end, in milliseconds, whose parts are published, or on their way.
    private var publishedEnds: Set<Int64>
    /// The first offset not taken from the queue yet.
    private(set) var position: Int64
    /// The first offset not handed to a commit yet.
    var committedTo: Int64
    var counts = EventCounts()
    /// Events since this was last asked that count in a later bucket than their own, which was closed already.
    var behind: Int64 = 0
    /// Since when events count in the aggregates of the rules in force.
    private(set) var starts: AggregateStarts
    /// How the days have gone, for circuit breakers.
    var days: CircuitBreaker.Days
    /// The first offset that no checkpoint holds.
    var checkpointedTo: Int64
    /// Whether the time for a checkpoint has come.
    var isCheckpointDue = false
    /// What other instances were last told; nil before they were told anything.
    var announced: Announcement?
    private(set) var atEndSince: Int64?

    /// Whether rules have been taken up.
    private var isUnderRules = false
    private var restored: [Text: RestoredState.User]
    private let accumulateFrom: Int64
    /// What the last checkpoint had of the open bucket, where closed ones are made again up to there.
    private var resumed: (part: EntityBucketPart, offset: Int64)?
    private let schema: TransactionSchema
    /// The batch at hand from `head` on, and those after it, as the intake made them: no event is copied.
    private var current: [IncomingEvent] = []
    private var head = 0
    private var later: [[IncomingEvent]] = []
    /// Working memory of `touchNext`.
    private var numbers: [Int] = []
    private var end: Int64?

    init(claim: InputClaim, source: UInt32, backlog: Backlog, schema: TransactionSchema) {
        self.source = source
        self.backlog = backlog
        restored = claim.restored.users
        publishedEnds = claim.restored.publishedEnds
        self.schema = schema
        let (now, later) = claim.restored.makesPartsAgain ? (nil, claim.restored.open) : (claim.restored.open, nil)
        accumulateFrom = now?.offset ?? claim.restoreOffset
        accumulator = BucketAccumulator(schema: schema, resuming: now?.part)
        resumed = later.flatMap { open in open.part.map { ($0, open.offset) } }
        position = claim.restoreOffset
        committedTo = claim.nextOffset
        checkpointedTo = claim.restoreOffset
        days = claim.days
        starts = claim.aggregateStarts ?? AggregateStarts()
        // Users leave `restored` one by one; the claim must not hold on to them all.
        var claim = claim
        claim.restored = RestoredState()
        self.claim = claim
    }

    /// Takes rules up from the next undecided event on: aggregates that are new begin there, those that go are gone.
    ///
    /// - Returns: whether anything has changed that a restart must know.
    func adopt(_ rules: RuleSet) -> Bool {
        guard claim.kind == .transactions else { return false }
        let former = starts
        // What was decided before such notes were taken was counted from the beginning.
        let isNoted = claim.aggregateStarts != nil || isUnderRules
        let someWent = starts.adopt(rules, at: isNoted ? max(position, claim.nextOffset) : 0)
        let end = isUnderRules ? position : accumulateFrom
        accumulator.keepAggregates { starts.counts($0, before: end) }
        isUnderRules = true
        if someWent { for user in users.entries { user.state.adopt(rules.aggregateLayout) } }
        return starts != former || !isNoted
    }

    /// The end of the input as it was last seen, which may lie after its newest record.
    var endPosition: Int64 { max(position, end ?? 0) }

    /// Whether the worker still re-reads what has been decided before.
    var isRestoring: Bool { position < claim.nextOffset }

    /// Queues a batch read under this worker's claim.
    func receive(_ batch: IncomingBatch, now: Int64) {
        if !batch.events.isEmpty {
            later.append(batch.events)
            atEndSince = nil
            refill()
        }
        if let end = batch.end {
            self.end = end
            atEndSince = now
        }
    }

    /// Goes on to the next batch once the one at hand is taken.
    private func refill() {
        guard head == current.count, !later.isEmpty else { return }
        current = later.removeFirst()
        head = 0
    }

    /// Whether an event waits to be taken.
    var hasNext: Bool { head < current.count }

    /// The bucket, of so many milliseconds, that the next event, or whatever comes, belongs to at the earliest.
    func nextBucket(of milliseconds: Int64) -> Int64 {
        let open = accumulator.openBucket ?? .min
        guard head < current.count, let moment = current[head].moment else { return open }
        return max(open, EntityLedger.bucket(of: moment, milliseconds: milliseconds))
    }

    /// Reads where the users of the next events are kept, so that the waits for memory overlap.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    func touchNext(_ limit: Int) -> Int {
        numbers.removeAll(keepingCapacity: true)
        for place in head..<min(head + limit, current.count) {
            numbers.append(users.likelyIndex(hash: current[place].userHash))
        }
        var sum = 0
        for number in numbers where number >= 0 { sum &+= users[number].state.isDirty ? 1 : 2 }
        return sum
    }

    /// Takes the next event off the queue; offsets that hold no record are counted as gaps.
    func take() -> IncomingEvent? {
        guard head < current.count else { return nil }
        // Moved out, not copied: what an event holds is then counted neither here nor when the batch goes.
        var event = Self.taken
        swap(&event, &current[head])
        head += 1
        refill()
        if event.offset >= claim.nextOffset {
            counts.gaps += max(0, event.offset - max(position, claim.nextOffset))
        }
        position = event.offset + 1
        return event
    }

    /// Tells the intake how much room there is again.
    func settle(taken: Int) { backlog.remove(taken) }

    private static let taken = IncomingEvent(offset: -1, payload: .taken)

    /// Whether the partition has had the user, as far as table and checkpoints know.
    func knows(_ id: String, hash: UInt64, pseudonym: String) -> Bool {
        users.index(of: id, hash: hash) != nil || restored[Text(pseudonym)] != nil
    }

    /// Adds a user who is not in the table, restored from a checkpoint or new; answers the number.
    func add(_ id: String, hash: UInt64, pseudonym: String, scorer: ScorerGroup) -> Int {
        var former = restored.removeValue(forKey: Text(pseudonym))
        if let offset = former?.offset { former?.profile.empty(starts.later(than: offset)) }
        let state =
            former.map { scorer.user(from: $0.history, profile: $0.profile, newestOffset: $0.offset) }
            ?? scorer.newUser()
        return users.append(
            UserTable.Entry(id: id, hash: hash, state: state, pseudonym: pseudonym, checkpointEpoch: former?.epoch))
    }

    /// Users of the table, and those of checkpoints who were not seen since.
    var userCount: Int { users.count + restored.count }

    /// Notes that the user is to be in the next checkpoint.
    func markDirty(_ user: Int, _ state: UserState) {
        guard !state.isDirty else { return }
        state.isDirty = true
        dirty.append(user)
    }

    /// Puts another state in the place of a user's, to be in the next checkpoint too.
    func replace(_ user: Int, by state: UserState) {
        state.isDirty = users[user].state.isDirty
        users[user].state = state
        markDirty(user, state)
    }

    /// A checkpoint of this epoch holds every user that changed.
    func clearDirty() {
        for user in dirty {
            users[user].state.isDirty = false
            users[user].checkpointEpoch = claim.epoch
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// Ids of known users with these pseudonyms.
    func ids(of pseudonyms: Set<Text>) -> [String] {
        users.entries.filter { pseudonyms.contains(Text($0.pseudonym)) }.map(\.id)
    }

    /// Drops users by pseudonym; answers under which epochs each may have checkpoints.
    func forget(_ pseudonyms: Set<Text>, scorer: ScorerGroup) -> [Text: Set<Int64>] {
        var epochs: [Text: Set<Int64>] = [:]
        for user in users.entries where pseudonyms.contains(Text(user.pseudonym)) {
            scorer.release([user.state])
            epochs[Text(user.pseudonym)] = Set([claim.epoch, user.checkpointEpoch ?? claim.epoch])
        }
        users.removeAll { pseudonyms.contains(Text($0.pseudonym)) }
        dirty = users.entries.indices.filter { users[$0].state.isDirty }
        for pseudonym in pseudonyms {
            guard let user = restored.removeValue(forKey: pseudonym) else { continue }
            epochs[pseudonym, default: []].insert(user.epoch)
        }
        return epochs
    }

    /// How many parts of buckets before the open one are published, or on their way.
    ///
    /// - Complexity: O(buckets of the input).
    var closedParts: Int {
        guard let bucket = accumulator.openBucket else { return publishedEnds.count }
        let start = bucket &* schema.entityBucketMilliseconds
        return publishedEnds.count { $0 <= start }
    }

    /// The bucket that was open at the last checkpoint, once what comes before has been made again.
    func resumedBucket(at offset: Int64) -> Int64? {
        resumed.flatMap { offset >= $0.offset ? $0.part.bucket : nil }
    }

    /// Goes on with the open bucket as the last checkpoint had it.
    func resume() {
        if let resumed { accumulator = BucketAccumulator(schema: schema, resuming: resumed.part) }
        resumed = nil
    }

    /// Notes that the part of a bucket is to be published.
    ///
    /// - Returns: whether it has not been before: what others know of a bucket stays as it is.
    func isFirst(toPublish end: Int64) -> Bool { publishedEnds.insert(end).inserted }

    /// Counts an event that comes when its bucket is closed.
    func noteBehind(_ event: borrowing IncomingEvent) {
        if let moment = event.moment, let open = accumulator.openBucket, event.offset >= claim.nextOffset,
            EntityLedger.bucket(of: moment, milliseconds: schema.entityBucketMilliseconds) < open
        {
            behind += 1
        }
    }

    /// Adds a transaction to its bucket, which is open already, unless the restored part holds it.
    func accumulate(_ transaction: Transaction, offset: Int64, contributor: VelocityContributor?) {
        guard offset >= accumulateFrom else { return }
        _ = accumulator.add(transaction, contributor: contributor, notCountedBy: starts.later(than: offset))
    }

    /// The same of a label.
    func accumulate(_ label: Label, offset: Int64) {
        guard offset >= accumulateFrom else { return }
        _ = accumulator.add(label)
    }
}
