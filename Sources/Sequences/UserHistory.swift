public import Transactions

/// The newest raw tokens of one user: what an exact restart of the model needs, and what user features look back on.
///
/// Times are effective times: an event older than the newest before it counts at the newest, so they never fall.
public struct UserHistory: Sendable {
    /// How many earlier transactions the median, mean, deviation and counts look back on.
    public static let recentCapacity = 32

    public let rawCount: Int
    public let capacity: Int
    /// How many tokens are held, at most `capacity`.
    public private(set) var count = 0
    public private(set) var eventsSeen: UInt64 = 0
    public private(set) var lateEvents: UInt64 = 0

    /// Rings that grow to their capacity; `start` is the oldest token's slot.
    private(set) var start = 0
    private(set) var raws: [UInt32] = []
    private(set) var times: [Int64] = []
    private(set) var ids: [UInt64] = []
    /// The last 32 events' amounts and times, in no fixed order.
    private(set) var recentAmounts: [Float] = []
    private(set) var recentTimes: [Int64] = []
    private(set) var recentStart = 0
    /// The same amounts in ascending order, kept so because sorting them anew cost more than all other user features.
    private(set) var sortedAmounts: [Float] = []
    private(set) var newestMilliseconds: Int64 = .min
    /// For `fillRecurrences`; follows from the tokens.
    var kept: KeptColumns?
    /// Bytes of memory held outside of the value itself; measured when an array grows, not for every event.
    public private(set) var byteCount = 0

    /// - Parameters:
    ///   - rawCount: raw values a token (`FeatureExtractor.rawCount`).
    ///   - capacity: tokens to keep: layers · (window − 1) + 1 for an exact restart.
    public init(rawCount: Int, capacity: Int) {
        self.rawCount = max(0, rawCount)
        self.capacity = max(1, capacity)
    }

    /// The newest effective time; nil before the first event.
    public var newest: EventTime? {
        eventsSeen == 0 ? nil : EventTime(milliseconds: newestMilliseconds)
    }

    /// Whether a transaction (`StableHash.identifier`) is among the retained tokens.
    public func contains(id: UInt64) -> Bool {
        ids.withUnsafeBufferPointer { $0.contains(id) }
    }

    /// Whether an event at `time` is older than the newest one.
    public func isLate(_ time: EventTime) -> Bool {
        eventsSeen > 0 && time.milliseconds < newestMilliseconds
    }

    /// The time an event counts at: its own, or the newest one's when it is late.
    public func effectiveTime(of time: EventTime) -> EventTime {
        EventTime(milliseconds: eventsSeen == 0 ? time.milliseconds : max(time.milliseconds, newestMilliseconds))
    }

    /// Appends a token, dropping the oldest when full; allocates only while the rings grow.
    ///
    /// - Parameter raw: `rawCount` values.
    public mutating func append(raw: UnsafeBufferPointer<UInt32>, time: EventTime, id: UInt64, amount: Double) {
        precondition(raw.count == rawCount, "a token has \(rawCount) raw values")
        if isLate(time) { lateEvents += 1 }
        newestMilliseconds = effectiveTime(of: time).milliseconds
        kept?.put(raw, ofEvent: eventsSeen)
        eventsSeen += 1
        if count < capacity {
            if count == times.capacity || count == ids.capacity || raws.count + rawCount > raws.capacity { grow() }
            raws.append(contentsOf: raw)
            times.append(newestMilliseconds)
            ids.append(id)
            count += 1
        } else {
            for column in 0..<rawCount { raws[start * rawCount + column] = raw[column] }
            times[start] = newestMilliseconds
            ids[start] = id
            start = start + 1 == capacity ? 0 : start + 1
        }
        appendRecent(amount: Float(amount))
    }

    /// Room for twice the tokens, never for more than there can be.
    private mutating func grow() {
        let room = min(capacity, max(4, 2 * count))
        raws.reserveCapacity(room * rawCount)
        times.reserveCapacity(room)
        ids.reserveCapacity(room)
        measure()
    }

    mutating func measure() {
        byteCount =
            raws.capacity * 4 + (times.capacity + ids.capacity + recentTimes.capacity) * 8
            + (recentAmounts.capacity + sortedAmounts.capacity) * 4 + (kept?.byteCount ?? 0)
    }

    /// Reads one value of every cache line that the next event will need, so that the waits for memory of many users
    /// overlap instead of following each other.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    public func touch() -> UInt64 {
        var sum: UInt64 = 0
        ids.withUnsafeBufferPointer { for place in stride(from: 0, to: $0.count, by: 8) { sum &+= $0[place] } }
        recentTimes.withUnsafeBufferPointer { times in
            guard !times.isEmpty else { return }
            let newest = recentStart == 0 ? times.count - 1 : recentStart - 1
            sum &+= UInt64(truncatingIfNeeded: times[newest]) &+ UInt64(truncatingIfNeeded: times[max(0, newest - 8)])
        }
        sortedAmounts.withUnsafeBufferPointer {
            for place in stride(from: 0, to: $0.count, by: 16) { sum &+= UInt64($0[place].bitPattern) }
        }
        kept?.values.withUnsafeBufferPointer {
            for place in stride(from: 0, to: $0.count, by: 16) { sum &+= UInt64($0[place]) }
        }
        guard count > 0 else { return sum }
        let next = count < capacity ? count - 1 : start
        raws.withUnsafeBufferPointer { sum &+= UInt64($0[next * rawCount]) }
        times.withUnsafeBufferPointer { sum &+= UInt64(truncatingIfNeeded: $0[next]) }
        // A restored history may have tokens and no last amounts, whatever wrote it.
        recentAmounts.withUnsafeBufferPointer { if !$0.isEmpty { sum &+= UInt64($0[recentStart].bitPattern) } }
        return sum
    }

    private mutating func appendRecent(amount: Float) {
        if recentAmounts.count < Self.recentCapacity {
            let room = min(recentAmounts.capacity, recentTimes.capacity, sortedAmounts.capacity)
            let isFull = recentAmounts.count == room
            recentAmounts.append(amount)
            recentTimes.append(newestMilliseconds)
            // Larger than all: it moves down to its place.
            sortedAmounts.append(.infinity)
            replaceSorted(.infinity, by: amount)
            if isFull { measure() }
        } else {
            replaceSorted(recentAmounts[recentStart], by: amount)
            recentAmounts[recentStart] = amount
            recentTimes[recentStart] = newestMilliseconds
            recentStart = recentStart + 1 == Self.recentCapacity ? 0 : recentStart + 1
        }
    }

    /// Puts `new` in the place of an amount that is held, and moves it to where it belongs.
    private mutating func replaceSorted(_ old: Float, by new: Float) {
        sortedAmounts.withUnsafeMutableBufferPointer { sorted in
            let last = sorted.count - 1
            var place = 0
            while place < last, sorted[place] < old { place += 1 }
            while place > 0, sorted[place - 1] > new {
                sorted[place] = sorted[place - 1]
                place -= 1
            }
            while place < last, sorted[place + 1] < new {
                sorted[place] = sorted[place + 1]
                place += 1
            }
            sorted[place] = new
        }
    }

    /// Visits the tokens, the oldest first, with their effective times.
    public func forEachToken(
        _ body: (_ raw: UnsafeBufferPointer<UInt32>, _ time: EventTime) throws -> Void
    ) rethrows {
        try raws.withUnsafeBufferPointer { raws in
            for position in 0..<count {
                let slot = slot(of: position)
                let row = UnsafeBufferPointer(rebasing: raws[slot * rawCount..<(slot + 1) * rawCount])
                try body(row, EventTime(milliseconds: times[slot]))
            }
        }
    }

    /// Where the token at `position`, counted from the oldest, stands in the rings.
    func slot(of position: Int) -> Int {
        let slot = start + position
        return slot < count ? slot : slot - count
    }

    /// Puts back decoded state; arrays are in order, the oldest first.
    init(
        rawCount: Int, capacity: Int, eventsSeen: UInt64, lateEvents: UInt64, newest: Int64,
        tokens: (raws: [UInt32], times: [Int64], ids: [UInt64]), recent: (amounts: [Float], times: [Int64])
    ) {
        self.init(rawCount: rawCount, capacity: capacity)
        self.eventsSeen = eventsSeen
        self.lateEvents = lateEvents
        newestMilliseconds = newest
        let dropped = max(0, tokens.times.count - self.capacity)
        raws = dropped == 0 ? tokens.raws : Array(tokens.raws.dropFirst(dropped * self.rawCount))
        times = dropped == 0 ? tokens.times : Array(tokens.times.dropFirst(dropped))
        ids = dropped == 0 ? tokens.ids : Array(tokens.ids.dropFirst(dropped))
        count = times.count
        recentAmounts = recent.amounts
        recentTimes = recent.times
        sortedAmounts = recent.amounts.sorted()
        measure()
    }

    /// Whether stored counts can be those of a history; what is counted on from them must not overflow.
    static func areSound(eventsSeen: UInt64, lateEvents: UInt64, tokens: Int) -> Bool {
        eventsSeen >= UInt64(tokens) && eventsSeen < 1 << 62 && lateEvents <= eventsSeen
    }
}

extension UserHistory: Equatable {
    /// Equal when they hold the same tokens and counts, wherever their rings begin.
    public static func == (left: UserHistory, right: UserHistory) -> Bool {
        left.capacity == right.capacity && left.encoded(layout: 0) == right.encoded(layout: 0)
    }
}
