internal import Rules
internal import Sequences
internal import Transactions

/// What is known of entities while a replay goes on, as `run` knows it: one accumulator for each source, every bucket
/// closed in all of them once the feed's clock has left it.
///
/// Events are taken in while others are scored: what they change waits for `apply`. The ledger may run ahead of scoring by
/// a block: a read at time t depends on buckets before t only, and pruning leaves a margin.
struct ReplayLedger {
    /// How far in event time the ledger may run ahead of what is scored.
    static let leadMilliseconds = 5 * EventTime.millisecondsPerDay

    private enum Change {
        case part(EntityBucketPart, source: UInt32)
        case pruning(before: Int64)
    }

    private(set) var ledger: EntityLedger
    private var changes: [Change] = []
    private var accumulators: [BucketAccumulator]
    /// What transactions add to the rules' aggregates of entities.
    private let contributor: VelocityContributor?
    private let bucketMilliseconds: Int64
    private let horizonBuckets: Int64
    private var openBucket = Int64.min
    private var prunedBefore = Int64.min

    init(schema: TransactionSchema, rules: RuleSet, sources: Int) {
        contributor = VelocityContributor(rules)
        ledger = EntityLedger(schema: schema)
        bucketMilliseconds = ledger.bucketMilliseconds
        horizonBuckets = ledger.horizonBuckets
        accumulators = (0..<sources).map { _ in BucketAccumulator(schema: schema) }
    }

    /// Takes in the feed's next event, and leaves the ledger as it is.
    mutating func add(_ event: ReplayEvent) {
        let bucket = EntityLedger.bucket(of: event.clock, milliseconds: bucketMilliseconds)
        if bucket > openBucket { close(before: bucket) }
        let closed =
            switch event.payload {
            case .transaction(let transaction, _): accumulators[event.source].add(transaction, contributor: contributor)
            case .label(let label): accumulators[event.source].add(label)
            }
        if let closed { changes.append(.part(closed, source: UInt32(event.source))) }
    }

    /// Brings the ledger to where it holds all that the events taken in, and those of the last days, may read.
    mutating func apply() {
        for change in changes {
            switch change {
            case .part(let part, let source): ledger.apply(part, source: source)
            case .pruning(let bucket): ledger.prune(before: bucket)
            }
        }
        changes.removeAll(keepingCapacity: true)
    }

    private mutating func close(before bucket: Int64) {
        openBucket = bucket
        let start = EventTime(milliseconds: bucket * bucketMilliseconds)
        for source in accumulators.indices where accumulators[source].openBucket != nil {
            if let closed = accumulators[source].advance(to: start) {
                changes.append(.part(closed, source: UInt32(source)))
            }
        }
        prune(at: bucket)
    }

    /// Once a week, with a week's margin, so that pruning costs little and no read misses anything.
    private mutating func prune(at bucket: Int64) {
        let week = 7 * EventTime.millisecondsPerDay / bucketMilliseconds
        let bound = bucket - horizonBuckets - week
        guard bound > prunedBefore else { return }
        if prunedBefore != .min { changes.append(.pruning(before: bound)) }
        prunedBefore = bound + week
    }
}
