public import Transactions

/// Collects one input partition's events, in offset order, into bucket parts.
///
/// The bucket of an event is never before the one already open, so buckets close in order and a late event
/// counts in the open one. Every valid transaction and label of the partition is to be added, duplicates too: a part must
/// be a function of the log alone, whatever a user's retained history still recognises. Dead letters are not.
public struct BucketAccumulator: Sendable {
    /// The part still being filled; nil before the first event.
    public private(set) var open: EntityBucketPart?

    private let bucketMilliseconds: Int64
    /// The schema's entities that carry risk, nil for the others.
    private let riskKinds: [StableHash.Kind?]

    public init(
        schema: TransactionSchema, bucketMilliseconds: Int64 = EntityLedger.defaultBucketMilliseconds,
        resuming open: EntityBucketPart? = nil
    ) {
        self.bucketMilliseconds = max(1, bucketMilliseconds)
        self.open = open
        riskKinds = schema.entities.map { $0.risk ? StableHash.Kind($0.name) : nil }
    }

    /// Counts a transaction; returns the part that it closed, if it did.
    ///
    /// - Parameter contributor: what the transaction adds to aggregates keyed by entities; nil where there are none.
    public mutating func add(
        _ transaction: Transaction, contributor: (any EntityContributor)? = nil
    ) -> EntityBucketPart? {
        let closed = advance(to: transaction.time)
        contributor?.contribute(transaction) { key, contribution in
            let isKnown = open?.aggregates[key]?.add(contribution, at: transaction.time) != nil
            if !isKnown { open?.aggregates[key] = AggregatePartial(contribution, at: transaction.time) }
        }
        for (kind, key) in zip(riskKinds, transaction.entities) {
            guard let kind, let key else { continue }
            open?.counts[kind.entity(key), default: 0] += 1
        }
        return closed
    }

    /// Counts a label at the time it became known; returns the part that it closed, if it did.
    public mutating func add(_ label: Label) -> EntityBucketPart? {
        let closed = advance(to: label.knownAt)
        for (kind, key) in zip(riskKinds, label.entities) {
            guard let kind, let key else { continue }
            let entity = kind.entity(key)
            open?.labels.append(
                EntityLabel(
                    entity: entity, knownAt: label.knownAt.milliseconds, fraud: label.fraud,
                    amount: label.fraud ? label.amount.map { Float($0) } : nil))
        }
        return closed
    }

    /// Closes the open part when `time` lies in a later bucket; nil when it does not or the part is empty.
    public mutating func advance(to time: EventTime) -> EntityBucketPart? {
        let bucket = time.milliseconds.floored(dividedBy: bucketMilliseconds)
        // Most events stay in the open bucket: nothing of it is copied for them.
        if let current = open?.bucket, bucket <= current { return nil }
        defer { open = EntityBucketPart(bucket: bucket) }
        return open.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Closes the open part at the end of the input.
    public mutating func close() -> EntityBucketPart? {
        defer { open = nil }
        return open.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Int64 {
    /// The quotient rounded toward minus infinity; the divisor is positive.
    func floored(dividedBy divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
