public import Transactions

/// What is known of every entity, bucket by bucket, readable at any moment of the past that it still covers.
///
/// A read at time t uses only buckets [B(t) − horizon, B(t)): once those are complete it gives the same answer for
/// ever, whatever order the parts came in, so a restart that re-encodes old events gets what the first run got.
/// One owner mutates it; reading is pure.
public struct EntityLedger: Sendable {
    public let bucketMilliseconds: Int64
    /// How many buckets before B(t) a read at t depends on: 30 days and the label delay.
    public let horizonBuckets: Int64

    private let delayBuckets: Int64
    /// Buckets in 1, 7 and 30 days.
    private let windows: SIMD3<Int64>
    private var indices: [UInt64: Int] = [:]
    private var timelines: [EntityTimeline] = []
    private var vacant: [Int] = []
    /// Ends of the buckets that each source has given its part of, in milliseconds.
    private var applied: [UInt32: Set<Int64>] = [:]
    private var aggregates: [AggregateKey: AggregateTimeline] = [:]
    /// Changes whenever a read of an aggregate may give something else than before.
    public private(set) var aggregateVersion: UInt64 = 0

    public init(
        labelDelayMilliseconds: Int64,
        bucketMilliseconds: Int64 = TransactionSchema.defaultEntityBucketMilliseconds
    ) {
        let size = max(1, bucketMilliseconds)
        func buckets(_ milliseconds: Int64) -> Int64 { max(1, (milliseconds + size - 1) / size) }
        self.bucketMilliseconds = size
        let day = EventTime.millisecondsPerDay
        windows = SIMD3(buckets(day), buckets(7 * day), buckets(30 * day))
        delayBuckets = labelDelayMilliseconds > 0 ? buckets(labelDelayMilliseconds) : 0
        horizonBuckets = windows[2] + delayBuckets
    }

    /// A ledger for a schema's label delay, in the schema's buckets.
    public init(schema: TransactionSchema) {
        self.init(
            labelDelayMilliseconds: schema.labelDelayMilliseconds,
            bucketMilliseconds: schema.entityBucketMilliseconds)
    }

    public var entityCount: Int { indices.count }

    /// The bucket that a moment lies in.
    public func bucket(of time: EventTime) -> Int64 { Self.bucket(of: time, milliseconds: bucketMilliseconds) }

    /// The bucket of so many milliseconds that a moment lies in.
    public static func bucket(of time: EventTime, milliseconds: Int64) -> Int64 {
        time.milliseconds.floored(dividedBy: milliseconds)
    }

    /// Adds a part; false, without a change, when that source's bucket has been applied before.
    ///
    /// - Parameter end: where the bucket that the part was gathered in ends, in milliseconds; nil where it is the ledger's
    ///   own bucket, and not one of another length that lies in it.
    /// - Complexity: O(entries in the part), when it is newer than what the ledger holds.
    @discardableResult
    public mutating func apply(_ part: EntityBucketPart, source: UInt32 = 0, end: Int64? = nil) -> Bool {
        let end = end ?? (part.bucket &+ 1) &* bucketMilliseconds
        guard applied[source, default: []].insert(end).inserted else { return false }
        for (entity, count) in part.counts {
            timelines[index(of: entity)].add(count: count, bucket: part.bucket)
        }
        for label in part.labels {
            timelines[index(of: label.entity)].add(label: label, bucket: part.bucket)
        }
        if !part.aggregates.isEmpty { aggregateVersion &+= 1 }
        for (key, partial) in part.aggregates {
            aggregates[key, default: AggregateTimeline()].add(partial, bucket: part.bucket)
        }
        return true
    }

    /// Forgets buckets before `bucket`; reads are exact from `bucket + horizonBuckets` on.
    public mutating func prune(before bucket: Int64) {
        for (entity, index) in indices {
            timelines[index].prune(before: bucket)
            guard timelines[index].isEmpty else { continue }
            timelines[index] = EntityTimeline()
            vacant.append(index)
            indices[entity] = nil
        }
        for key in Array(aggregates.keys) {
            aggregates[key]?.prune(before: bucket)
            if aggregates[key]?.isEmpty == true { aggregates[key] = nil }
        }
        aggregateVersion &+= 1
        for source in Array(applied.keys) {
            applied[source] = applied[source]?.filter { $0 > bucket &* bucketMilliseconds }
        }
    }

    /// What the completed buckets before `time` tell of an entity; zeros and NaN where it is unknown.
    ///
    /// - Complexity: O(log n) in the entity's buckets within the horizon.
    public func risk(of entity: UInt64, at time: EventTime) -> EntityRisk {
        risk(at: slot(of: entity), time)
    }

    /// Where the ledger keeps an entity until it is next changed; -1 for an unknown one.
    public func slot(of entity: UInt64) -> Int { indices[entity] ?? -1 }

    /// Brings what a read at the slot begins with into the processor's cache.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    func touch(slot: Int) -> Int {
        guard slot >= 0 else { return 0 }
        return timelines.withUnsafeBufferPointer { $0[slot].touch() }
    }

    /// As `risk(of:at:)`, of the entity kept at a slot.
    func risk(at slot: Int, _ time: EventTime) -> EntityRisk {
        var risk = EntityRisk()
        guard slot >= 0 else { return risk }
        let moment = EntityTimeline.Moment(
            milliseconds: time.milliseconds, bucket: bucket(of: time), delayBuckets: delayBuckets, windows: windows,
            horizonBuckets: horizonBuckets)
        timelines.withUnsafeBufferPointer { $0[slot].fill(&risk, at: moment) }
        return risk
    }

    /// What the completed buckets of the window before `time` hold of an aggregate; nil for nothing.
    ///
    /// - Complexity: O(n) in the entity's buckets within the horizon.
    public func aggregate(_ key: AggregateKey, windowMilliseconds: Int64, at time: EventTime) -> AggregatePartial? {
        let end = bucket(of: time)
        return aggregates[key]?.combined(in: end - max(1, windowMilliseconds / bucketMilliseconds)..<end)
    }

    /// How many different elements an aggregate's completed buckets of the window before `time` hold; as `aggregate`
    /// would tell, without merging where they can be counted exactly.
    ///
    /// - Complexity: O(n) in the window's elements.
    public func distinctCount(
        _ key: AggregateKey, windowMilliseconds: Int64, at time: EventTime, _ counter: inout DistinctCounter
    ) -> Int64 {
        let end = bucket(of: time)
        let buckets = end - max(1, windowMilliseconds / bucketMilliseconds)..<end
        return aggregates[key]?.distinctCount(in: buckets, &counter) ?? 0
    }

    /// The entity's transactions of the last `days` days, in completed buckets.
    public func transactionCount(of entity: UInt64, days: Int64, at time: EventTime) -> Int64 {
        guard let index = indices[entity] else { return 0 }
        let end = bucket(of: time)
        let buckets = max(1, days * EventTime.millisecondsPerDay / bucketMilliseconds)
        return timelines[index].count(in: end - buckets..<end)
    }

    /// Aggregates held of entities, each with all its buckets.
    public var aggregateCount: Int { aggregates.count }

    /// Bytes that the aggregates of entities take.
    ///
    /// - Complexity: O(aggregates).
    public var aggregateBytes: Int {
        let slot = MemoryLayout<AggregateKey>.stride + MemoryLayout<AggregateTimeline>.stride
        return aggregates.capacity * slot + aggregates.values.reduce(0) { $0 + $1.byteCount }
    }

    private mutating func index(of entity: UInt64) -> Int {
        if let index = indices[entity] { return index }
        let index = vacant.popLast() ?? timelines.count
        if index == timelines.count { timelines.append(EntityTimeline()) }
        indices[entity] = index
        return index
    }
}
