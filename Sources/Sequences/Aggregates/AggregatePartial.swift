internal import Transactions

/// What one event adds to an aggregate.
public enum AggregateContribution: Hashable, Sendable {
    case number(Double)
    /// The stable hash of an element to be told from others.
    case element(UInt64)
    case last(LastValue.Content)
}

/// Which aggregate of which entity.
public struct AggregateKey: Hashable, Comparable, Sendable {
    /// `AggregateSpecification.id`
    public var aggregate: UInt64
    /// `StableHash.entity`
    public var entity: UInt64

    public init(aggregate: UInt64, entity: UInt64) {
        self.aggregate = aggregate
        self.entity = entity
    }

    public static func < (left: AggregateKey, right: AggregateKey) -> Bool {
        (left.aggregate, left.entity) < (right.aggregate, right.entity)
    }
}

/// A part of an aggregate: what one input saw in one bucket, or several of those together.
public enum AggregatePartial: Hashable, Sendable {
    case moments(Moments)
    case distinct(DistinctSketch)
    case last(LastValue)

    init(_ contribution: AggregateContribution, at time: EventTime) {
        switch contribution {
        case .number(let number):
            var moments = Moments()
            moments.add(number)
            self = .moments(moments)
        case .element(let hash):
            var sketch = DistinctSketch()
            sketch.insert(hash)
            self = .distinct(sketch)
        case .last(let content): self = .last(LastValue(time: time, content: content))
        }
    }

    /// Parts of different kinds do not merge: the newer one stands.
    mutating func merge(_ other: AggregatePartial) {
        switch (self, other) {
        case (.moments(let own), .moments(let others)): self = .moments(own.merged(with: others))
        case (.distinct(var own), .distinct(let others)):
            // Emptied first, so that the sketch is changed in place.
            self = .moments(Moments())
            own.merge(others)
            self = .distinct(own)
        case (.last(let own), .last(let others)): self = .last(own.newer(of: others))
        default: self = other
        }
    }

    mutating func add(_ contribution: AggregateContribution, at time: EventTime) {
        switch (self, contribution) {
        case (.moments(var own), .number(let number)):
            own.add(number)
            self = .moments(own)
        case (.distinct(var own), .element(let hash)):
            self = .moments(Moments())
            own.insert(hash)
            self = .distinct(own)
        default: merge(AggregatePartial(contribution, at: time))
        }
    }

    /// Bytes this holds beyond its own size.
    var byteCount: Int {
        switch self {
        case .moments: 0
        case .distinct(let sketch): sketch.hashes.capacity * MemoryLayout<UInt64>.stride + sketch.ranks.capacity
        case .last(let last): if case .text(let text) = last.content { text.utf8.count } else { 0 }
        }
    }

    func write(to writer: inout StateWriter) {
        switch self {
        case .moments(let moments):
            writer.fixed(UInt8(0))
            moments.write(to: &writer)
        case .distinct(let sketch):
            writer.fixed(UInt8(1))
            sketch.write(to: &writer)
        case .last(let last):
            writer.fixed(UInt8(2))
            last.write(to: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        switch try reader.fixed(UInt8.self) {
        case 0: self = .moments(try Moments(from: &reader))
        case 1: self = .distinct(try DistinctSketch(from: &reader))
        case 2: self = .last(try LastValue(from: &reader))
        default: throw StateFault(.malformed, offset: reader.position - 1, "an aggregate not 0, 1 or 2")
        }
    }
}
