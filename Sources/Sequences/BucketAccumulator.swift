public import Transactions

/// Collects one input partition's events, in offset order, into bucket parts.
///
/// The bucket of an event is never before the one already open, so buckets close in order and a late event
/// counts in the open one. Every valid transaction and label of the partition is to be added, duplicates too: a part must
/// be a function of the log alone, whatever a user's retained history still recognises. Dead letters are not.
public struct BucketAccumulator: Sendable {
    /// The part still being filled; nil before the first event.
    ///
    /// - Complexity: O(entities in it).
    public var open: EntityBucketPart? {
        var part = rest
        part?.counts = counts.dictionary
        part?.aggregates = aggregates.dictionary
        return part
    }

    /// The open part's bucket, which may be asked for with every event.
    public var openBucket: Int64? { rest?.bucket }

    /// The open part without its counts and aggregates, and these.
    private var rest: EntityBucketPart?
    private var counts = EntityCounts()
    private var aggregates = OpenAggregates()
    private let bucketMilliseconds: Int64
    /// The schema's entities that carry risk, nil for the others.
    private let riskKinds: [StableHash.Kind?]

    public init(schema: TransactionSchema, resuming open: EntityBucketPart? = nil) {
        bucketMilliseconds = max(1, schema.entityBucketMilliseconds)
        rest = open
        rest?.counts = [:]
        rest?.aggregates = [:]
        counts = EntityCounts(open?.counts ?? [:])
        aggregates = OpenAggregates(open?.aggregates ?? [:])
        riskKinds = schema.entities.map { $0.risk ? StableHash.Kind($0.name) : nil }
    }

    /// Counts a transaction; returns the part that it closed, if it did.
    ///
    /// - Parameters:
    ///   - contributor: what the transaction adds to aggregates keyed by entities; nil where there are none.
    ///   - later: ids of the aggregates that did not count it.
    public mutating func add(
        _ transaction: Transaction, contributor: (any EntityContributor)? = nil, notCountedBy later: Set<UInt64> = []
    ) -> EntityBucketPart? {
        let closed = advance(to: transaction.time)
        contributor?.contribute(transaction) { key, contribution in
            guard later.isEmpty || !later.contains(key.aggregate) else { return }
            aggregates.add(contribution, to: key, at: transaction.time)
        }
        for index in riskKinds.indices where index < transaction.entities.count {
            guard let kind = riskKinds[index], let key = transaction.entities[index] else { continue }
            counts.add(1, to: kind.entity(key))
        }
        return closed
    }

    /// Counts a label at the time it became known; returns the part that it closed, if it did.
    public mutating func add(_ label: Label) -> EntityBucketPart? {
        let closed = advance(to: label.knownAt)
        for (kind, key) in zip(riskKinds, label.entities) {
            guard let kind, let key else { continue }
            let entity = kind.entity(key)
            rest?.labels.append(
                EntityLabel(
                    entity: entity, knownAt: label.knownAt.milliseconds, fraud: label.fraud,
                    amount: label.fraud ? label.amount.map { Float($0) } : nil))
        }
        return closed
    }

    /// Takes other aggregates than these, by their ids, out of the open part.
    public mutating func keepAggregates(_ isKept: (UInt64) -> Bool) { aggregates.keep(isKept) }

    /// Closes the open part when `time` lies in a later bucket; nil when it does not or the part is empty.
    public mutating func advance(to time: EventTime) -> EntityBucketPart? {
        let bucket = time.milliseconds.floored(dividedBy: bucketMilliseconds)
        // Most events stay in the open bucket: nothing of it is copied for them.
        if let current = rest?.bucket, bucket <= current { return nil }
        let closed = close()
        rest = EntityBucketPart(bucket: bucket)
        return closed
    }

    /// Closes the open part at the end of the input.
    public mutating func close() -> EntityBucketPart? {
        let closed = open
        rest = nil
        counts = EntityCounts()
        aggregates = OpenAggregates()
        return closed.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Int64 {
    /// The quotient rounded toward minus infinity; the divisor is positive.
    package func floored(dividedBy divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
