public import Transactions

/// The state of one user's aggregates. Times never fall: late events count at the user's newest time.
public struct UserAggregates: Sendable {
    /// `AggregateLayout.hash` this was last brought in line with; 0 for restored state.
    private var layout: UInt64 = 0
    private var momentIDs: [UInt64] = []
    private var distinctIDs: [UInt64] = []
    private var lastIDs: [UInt64] = []
    private(set) var moments: [SlidingMoments] = []
    private(set) var distincts: [SlidingDistinct] = []
    private(set) var lasts: [LastValue?] = []

    public init() {}

    /// Brings the state in line with what is declared now: aggregates known by their id go on, new ones begin empty.
    @inline(__always)
    public mutating func adopt(_ new: AggregateLayout) {
        if layout != new.hash { rebuild(new) }
    }

    private mutating func rebuild(_ new: AggregateLayout) {
        func carry<State>(_ ids: [UInt64], _ states: [State], to wanted: [UInt64], _ empty: State) -> [State] {
            let known = Dictionary(zip(ids, states), uniquingKeysWith: { first, _ in first })
            return wanted.map { known[$0] ?? empty }
        }
        moments = carry(momentIDs, moments, to: new.momentIDs, SlidingMoments())
        distincts = carry(distinctIDs, distincts, to: new.distinctIDs, SlidingDistinct())
        lasts = carry(lastIDs, lasts, to: new.lastIDs, nil)
        (momentIDs, distinctIDs, lastIDs) = (new.momentIDs, new.distinctIDs, new.lastIDs)
        layout = new.hash
    }

    /// Moves the window of the `index`th aggregate of moments on and counts a number, if there is one.
    @inline(__always)
    public mutating func update(
        moments index: Int, _ specification: AggregateSpecification, at time: EventTime, _ number: Double?
    ) -> Moments {
        moments[index].drop(before: specification.firstBucket(at: time.milliseconds))
        if let number {
            moments[index].add(
                number, bucket: specification.bucket(of: time.milliseconds), tracksSpread: specification.tracksSpread)
        }
        return moments[index].total
    }

    /// Moves the window of the `index`th distinct count on and sees an element, if there is one.
    @inline(__always)
    public mutating func update(
        distinct index: Int, _ specification: AggregateSpecification, at time: EventTime, _ element: UInt64?
    ) -> Int64 {
        distincts[index].drop(before: specification.firstBucket(at: time.milliseconds))
        if let element { distincts[index].insert(element, bucket: specification.bucket(of: time.milliseconds)) }
        return distincts[index].count
    }

    /// What was last seen before this event, within the window; then puts a new value in its place, if there is one.
    @inline(__always)
    public mutating func update(
        last index: Int, _ specification: AggregateSpecification, at time: EventTime, _ content: LastValue.Content?
    ) -> LastValue? {
        let seen = lasts[index].flatMap {
            time.milliseconds &- $0.time.milliseconds < specification.windowMilliseconds ? $0 : nil
        }
        if let content { lasts[index] = LastValue(time: time, content: content) }
        return seen
    }

    /// Bytes of state beyond this value's own size.
    public var byteCount: Int {
        moments.reduce(0) { $0 + $1.byteCount + MemoryLayout<SlidingMoments>.stride }
            + distincts.reduce(0) { $0 + $1.byteCount + MemoryLayout<SlidingDistinct>.stride }
            + lasts.count * MemoryLayout<LastValue?>.stride
    }
}

extension UserAggregates {
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(moments.count))
        for (id, state) in zip(momentIDs, moments) {
            writer.fixed(id)
            state.write(to: &writer)
        }
        writer.varint(UInt64(distincts.count))
        for (id, state) in zip(distinctIDs, distincts) {
            writer.fixed(id)
            state.write(to: &writer)
        }
        let seen = zip(lastIDs, lasts).compactMap { id, last in last.map { (id, $0) } }
        writer.varint(UInt64(seen.count))
        for (id, last) in seen {
            writer.fixed(id)
            last.write(to: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        for _ in 0..<(try reader.count(ofAtLeast: 8)) {
            momentIDs.append(try reader.fixed(UInt64.self))
            moments.append(try SlidingMoments(from: &reader))
        }
        for _ in 0..<(try reader.count(ofAtLeast: 8)) {
            distinctIDs.append(try reader.fixed(UInt64.self))
            distincts.append(try SlidingDistinct(from: &reader))
        }
        for _ in 0..<(try reader.count(ofAtLeast: 8)) {
            lastIDs.append(try reader.fixed(UInt64.self))
            lasts.append(try LastValue(from: &reader))
        }
    }
}
