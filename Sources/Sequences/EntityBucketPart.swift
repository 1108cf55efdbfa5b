/// What one input partition saw of the entities during one bucket of event time.
///
/// A part is final: it is published after the commit that covers it, and every instance applies it once.
public struct EntityBucketPart: Hashable, Sendable {
    /// `floor(time / bucketMilliseconds)`.
    public var bucket: Int64
    /// Transactions by entity.
    public var counts: [UInt64: UInt32]
    /// Labels in the order of their offsets.
    public var labels: [EntityLabel]
    /// What the rule set's aggregates keyed by entities gained.
    public var aggregates: [AggregateKey: AggregatePartial]

    public init(
        bucket: Int64, counts: [UInt64: UInt32] = [:], labels: [EntityLabel] = [],
        aggregates: [AggregateKey: AggregatePartial] = [:]
    ) {
        self.bucket = bucket
        self.counts = counts
        self.labels = labels
        self.aggregates = aggregates
    }

    public var isEmpty: Bool { counts.isEmpty && labels.isEmpty && aggregates.isEmpty }

    /// Version 1 had no aggregates; it is still written where there are none.
    private static let plainVersion: UInt8 = 1
    private static let version: UInt8 = 2

    /// Of a label: it is a fraud; its amount follows.
    private static let (fraudFlag, amountFlag): (UInt8, UInt8) = (1, 2)

    /// The part as bytes; equal parts give equal bytes.
    public func encoded() -> [UInt8] {
        var writer = StateWriter(
            version: aggregates.isEmpty ? Self.plainVersion : Self.version,
            reserving: 32 + counts.count * 9 + labels.count * 13 + aggregates.count * 50)
        writer.zigzag(bucket)
        writer.varint(UInt64(counts.count))
        for (entity, count) in counts.sorted(by: { $0.key < $1.key }) {
            writer.fixed(entity)
            writer.varint(UInt64(count))
        }
        writer.varint(UInt64(labels.count))
        var previous: Int64 = 0
        for label in labels {
            writer.fixed(label.entity)
            writer.zigzag(label.knownAt &- previous)
            writer.fixed((label.fraud ? Self.fraudFlag : 0) | (label.amount != nil ? Self.amountFlag : 0))
            if let amount = label.amount { writer.fixed(amount.bitPattern) }
            previous = label.knownAt
        }
        guard !aggregates.isEmpty else { return writer.finished() }
        writer.varint(UInt64(aggregates.count))
        for (key, partial) in aggregates.sorted(by: { $0.key < $1.key }) {
            writer.fixed(key.aggregate)
            writer.fixed(key.entity)
            partial.write(to: &writer)
        }
        return writer.finished()
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `StateFault` for anything else; never traps and never reserves more than the bytes can hold.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(StateFault) {
        let isPlain = bytes.first == Self.plainVersion
        var reader = try StateReader(bytes, version: isPlain ? Self.plainVersion : Self.version)
        bucket = try reader.zigzag()
        let countOfCounts = try reader.count(ofAtLeast: 9)
        counts = Dictionary(minimumCapacity: countOfCounts)
        for _ in 0..<countOfCounts {
            let entity = try reader.fixed(UInt64.self)
            guard let count = UInt32(exactly: try reader.varint()), counts.updateValue(count, forKey: entity) == nil
            else { throw StateFault(.malformed, offset: reader.position, "an entity counted twice or too often") }
        }
        let countOfLabels = try reader.count(ofAtLeast: 10)
        labels = []
        labels.reserveCapacity(countOfLabels)
        var previous: Int64 = 0
        for _ in 0..<countOfLabels {
            let entity = try reader.fixed(UInt64.self)
            previous = previous &+ (try reader.zigzag())
            let flags = try reader.fixed(UInt8.self)
            guard flags & ~(Self.fraudFlag | Self.amountFlag) == 0 else {
                throw StateFault(.malformed, offset: reader.position - 1, "a label with flags that there are not")
            }
            let amount = flags & Self.amountFlag == 0 ? nil : Float(bitPattern: try reader.fixed(UInt32.self))
            labels.append(
                EntityLabel(entity: entity, knownAt: previous, fraud: flags & Self.fraudFlag != 0, amount: amount))
        }
        aggregates = [:]
        for _ in 0..<(isPlain ? 0 : try reader.count(ofAtLeast: 17)) {
            let key = AggregateKey(aggregate: try reader.fixed(UInt64.self), entity: try reader.fixed(UInt64.self))
            guard aggregates.updateValue(try AggregatePartial(from: &reader), forKey: key) == nil else {
                throw StateFault(.malformed, offset: reader.position, "an aggregate given twice")
            }
        }
        try reader.finish()
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `StateFault` for anything else.
    public init(decoding bytes: [UInt8]) throws(StateFault) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(StateFault) in try Self(decoding: buffer) }
        }.get()
    }
}
