/// The window of one aggregate and what is kept of it.
public struct AggregateSpecification: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        case moments
        case distinct
        case last
    }

    /// A stable hash of all that the aggregate means: state of another meaning is never taken for it.
    public var id: UInt64
    public var kind: Kind
    public var windowMilliseconds: Int64
    public var bucketMilliseconds: Int64
    /// Whether the deviation is read.
    public var tracksSpread: Bool

    public init(
        id: UInt64, kind: Kind, windowMilliseconds: Int64, bucketMilliseconds: Int64, tracksSpread: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.windowMilliseconds = windowMilliseconds
        self.bucketMilliseconds = max(1, bucketMilliseconds)
        self.tracksSpread = tracksSpread
    }

    /// The bucket that a moment lies in.
    @inline(__always)
    public func bucket(of milliseconds: Int64) -> Int64 { milliseconds.floored(dividedBy: bucketMilliseconds) }

    /// The oldest bucket of the window that ends at a moment: the one its beginning lies in.
    @inline(__always)
    public func firstBucket(at milliseconds: Int64) -> Int64 { bucket(of: milliseconds &- windowMilliseconds &+ 1) }

    /// The most bytes that one user's state of this aggregate can take.
    public var byteLimit: Int {
        switch kind {
        case .moments:
            // Twice the live entries before dead ones are moved over, and what a growing array reserves.
            4 * Int(windowMilliseconds / bucketMilliseconds + 3) * MemoryLayout<SlidingMoments.Entry>.stride
        case .distinct:
            // Ranks fall from mark to mark, so a register holds no more marks than there are ranks or buckets.
            2 * HyperLogLog.registerCount * Int(min(55, windowMilliseconds / bucketMilliseconds + 2))
                * MemoryLayout<SlidingDistinct.Mark>.stride
        case .last: LastValue.textLimit + MemoryLayout<LastValue>.stride
        }
    }
}

extension AggregateSpecification {
    /// The most bytes that one bucket of one entity takes, from each partition that saw it.
    public var byteLimitOfBucket: Int {
        switch kind {
        case .moments: MemoryLayout<AggregateTimeline.Entry>.stride
        case .distinct:
            max(
                DistinctSketch.exactLimit * MemoryLayout<AggregateTimeline.Element>.stride,
                MemoryLayout<AggregateTimeline.Entry>.stride + HyperLogLog.registerCount)
        case .last: MemoryLayout<AggregateTimeline.Entry>.stride + LastValue.textLimit
        }
    }
}

/// The aggregates kept of every user, by kind, in the order of their declaration.
public struct AggregateLayout: Sendable {
    public let specifications: [AggregateSpecification]
    let momentIDs: [UInt64]
    let distinctIDs: [UInt64]
    let lastIDs: [UInt64]
    /// Changes with the aggregates.
    let hash: UInt64

    public init(_ specifications: [AggregateSpecification]) {
        self.specifications = specifications
        func ids(_ kind: AggregateSpecification.Kind) -> [UInt64] {
            specifications.filter { $0.kind == kind }.map(\.id)
        }
        momentIDs = ids(.moments)
        distinctIDs = ids(.distinct)
        lastIDs = ids(.last)
        hash = (momentIDs + distinctIDs + lastIDs).withUnsafeBytes { StableHash.bytes($0) } | 1
    }
}
