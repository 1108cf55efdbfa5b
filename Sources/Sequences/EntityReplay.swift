public import Transactions

/// Builds the ledger of a replay: transactions in the order of their times, each label at the moment it becomes known.
///
/// Duplicates count like any other transaction, as they do in `run`: what a bucket holds is a function of the log alone.
public struct EntityReplay: Sendable {
    public private(set) var ledger: EntityLedger

    private var accumulator: BucketAccumulator
    /// Labels not yet known, by `knownAt`; those before `firstPending` are done.
    private var pending: [Label] = []
    private var firstPending = 0
    private var prunedBefore: Int64 = .min

    public init(schema: TransactionSchema) {
        ledger = EntityLedger(schema: schema)
        accumulator = BucketAccumulator(schema: schema)
    }

    /// Puts a label in line for the moment it becomes known.
    ///
    /// - Complexity: O(1) when none in line is later, else O(n).
    public mutating func add(_ label: Label) {
        var index = pending.count
        while index > firstPending, pending[index - 1].knownAt > label.knownAt { index -= 1 }
        pending.insert(label, at: index)
    }

    /// Counts a transaction, after the labels known by then. The ledger then holds all that it and the transactions of
    /// the week before may read.
    ///
    /// - Parameter contributor: what transactions add to a rule set's aggregates; nil where there are none.
    public mutating func add(_ transaction: Transaction, contributor: (any EntityContributor)? = nil) {
        release(until: transaction.time)
        apply(accumulator.add(transaction, contributor: contributor))
    }

    private mutating func release(until time: EventTime) {
        while firstPending < pending.count, pending[firstPending].knownAt <= time {
            apply(accumulator.add(pending[firstPending]))
            firstPending += 1
        }
        if firstPending > 4096, firstPending * 2 > pending.count {
            pending.removeFirst(firstPending)
            firstPending = 0
        }
    }

    private mutating func apply(_ part: EntityBucketPart?) {
        guard let part else { return }
        ledger.apply(part)
        // Once a week, with a week's margin, so that pruning costs little and no read misses anything.
        let week = 7 * EventTime.millisecondsPerDay / ledger.bucketMilliseconds
        let bound = part.bucket - ledger.horizonBuckets - week
        guard bound > prunedBefore else { return }
        if prunedBefore != .min { ledger.prune(before: bound) }
        prunedBefore = bound + week
    }
}
