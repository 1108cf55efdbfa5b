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
            guard ids != wanted else { return states }
            let known = Dictionary(zip(ids, states), uniquingKeysWith: { first, _ in first })
            return wanted.map { known[$0] ?? empty }
        }
        moments = carry(momentIDs, moments, to: new.momentIDs, SlidingMoments())
        distincts = carry(distinctIDs, distincts, to: new.distinctIDs, SlidingDistinct())
        lasts = carry(lastIDs, lasts, to: new.lastIDs, nil)
        (momentIDs, distinctIDs, lastIDs) = (new.momentIDs, new.distinctIDs, new.lastIDs)
        layout = new.hash
    }

    /// Empties aggregates, by their ids: those that began after what the state holds.
    public mutating func empty(_ ids: Set<UInt64>) {
        for place in momentIDs.indices where ids.contains(momentIDs[place]) { moments[place] = SlidingMoments() }
        for place in distinctIDs.indices where ids.contains(distinctIDs[place]) { distincts[place] = SlidingDistinct() }
        for place in lastIDs.indices where ids.contains(lastIDs[place]) { lasts[place] = nil }
    }

    /// Lends the states, in line with what is declared, to be brought up to an event.
    @inline(__always)
    public mutating func withStates(_ body: (AggregateStates) -> Void) {
        moments.withUnsafeMutableBufferPointer { moments in
            distincts.withUnsafeMutableBufferPointer { distincts in
                lasts.withUnsafeMutableBufferPointer { lasts in
                    body(AggregateStates(moments: moments, distincts: distincts, lasts: lasts))
                }
            }
        }
    }

    /// Reads one value of every cache line of the states themselves; see `UserHistory.touch`.
    public func touch() -> Int64 {
        var sum: Int64 = 0
        moments.withUnsafeBytes { for place in stride(from: 0, to: $0.count, by: 64) { sum &+= Int64($0[place]) } }
        distincts.withUnsafeBytes { for place in stride(from: 0, to: $0.count, by: 64) { sum &+= Int64($0[place]) } }
        lasts.withUnsafeBytes { for place in stride(from: 0, to: $0.count, by: 64) { sum &+= Int64($0[place]) } }
        return sum
    }

    /// Reads what the states hold elsewhere, once they are near.
    public func touchWindows() -> Int64 {
        var sum: Int64 = 0
        moments.withUnsafeBufferPointer { for state in $0.indices { sum &+= $0[state].touch() } }
        distincts.withUnsafeBufferPointer { for state in $0.indices { sum &+= $0[state].touch() } }
        return sum
    }

    /// Bytes of state beyond this value's own size.
    public var byteCount: Int {
        moments.reduce(0) { $0 + $1.byteCount + MemoryLayout<SlidingMoments>.stride }
            + distincts.reduce(0) { $0 + $1.byteCount + MemoryLayout<SlidingDistinct>.stride }
            + lasts.count * MemoryLayout<LastValue?>.stride
    }
}

extension UserAggregates {
    /// Whether nothing is kept, not even what is declared.
    var isEmpty: Bool { moments.isEmpty && distincts.isEmpty && lasts.isEmpty }

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

    init(from reader: inout StateReader, isShort: Bool) throws(StateFault) {
        for _ in 0..<(try reader.count(ofAtLeast: 8)) {
            momentIDs.append(try reader.fixed(UInt64.self))
            moments.append(try SlidingMoments(from: &reader, isShort: isShort))
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
