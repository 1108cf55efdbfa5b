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

    /// Rings of tokens and of the last 32 events; `start` and `recentStart` are the oldest's places in them.
    private(set) var memory: HistoryMemory
    private var start = 0
    private(set) var recentLength = 0
    private(set) var recentStart = 0
    private(set) var newestMilliseconds: Int64 = .min
    /// The raw values that are kept together for `fillRecurrences`; follows from the tokens.
    private(set) var keptColumns: [Int] = []

    /// - Parameters:
    ///   - rawCount: raw values a token (`FeatureExtractor.rawCount`).
    ///   - capacity: tokens to keep: layers · (window − 1) + 1 for an exact restart.
    public init(rawCount: Int, capacity: Int) {
        self.rawCount = max(0, rawCount)
        self.capacity = max(1, capacity)
        memory = HistoryMemory(rawCount: self.rawCount, capacity: self.capacity)
    }

    /// Bytes of memory held outside of the value itself.
    public var byteCount: Int { memory.byteCount }

    /// The newest effective time; nil before the first event.
    public var newest: EventTime? {
        eventsSeen == 0 ? nil : EventTime(milliseconds: newestMilliseconds)
    }

    /// Whether a transaction (`StableHash.identifier`) is among the retained tokens.
    public func contains(id: UInt64) -> Bool {
        guard count > 0 else { return false }
        return memory.read { memory in
            var matches: UInt16 = 0
            // Without a way out of the loop: so it takes many tags at once.
            let (tags, tag) = (memory.tags, UInt16(truncatingIfNeeded: id))
            for place in 0..<count { matches |= tags[place] == tag ? 1 : 0 }
            return matches != 0 && (0..<count).contains { memory.id($0).pointee == id }
        }
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
        let time = effectiveTime(of: time).milliseconds
        // Room for twice the tokens, never for more than there can be.
        if count == memory.room, count < capacity { memory.grow(to: min(capacity, max(4, 2 * count))) }
        let slot = count < capacity ? count : start
        let isRecentFull = recentLength == Self.recentCapacity
        let recent = isRecentFull ? recentStart : recentLength
        let (columns, number) = (keptColumns, eventsSeen)
        memory.write { memory in
            memory.put(raw, time: time, id: id, at: slot)
            memory.keep(columns, of: raw, event: number)
            // Where one more is held from now on: larger than all, it moves down to its place.
            if !isRecentFull { memory.sorted[recent] = .infinity }
            let (old, last) = isRecentFull ? (memory.amounts[recent], Self.recentCapacity - 1) : (.infinity, recent)
            Self.replace(old, by: Float(amount), in: memory.sorted, last: last)
            memory.amounts[recent] = Float(amount)
            memory.times[recent] = time
        }
        newestMilliseconds = time
        eventsSeen += 1
        if count < capacity { count += 1 } else { start = start + 1 == capacity ? 0 : start + 1 }
        if isRecentFull {
            recentStart = recentStart + 1 == Self.recentCapacity ? 0 : recentStart + 1
        } else {
            recentLength += 1
        }
    }

    /// Puts `new` in the place of an amount that is held, and moves it to where it belongs.
    private static func replace(_ old: Float, by new: Float, in sorted: UnsafeMutablePointer<Float>, last: Int) {
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

    /// Reads one value of every cache line that the next event will need, so that the waits for memory of many users
    /// overlap instead of following each other.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    public func touch() -> UInt64 {
        // A restored history may have last amounts and no tokens, whatever wrote it.
        guard memory.room > 0 else { return 0 }
        let next = count < min(capacity, memory.room) ? count : start
        let layout = memory.layout
        return memory.read { memory in
            let newest = max(0, (recentStart == 0 ? recentLength : recentStart) - 1)
            return UInt64(truncatingIfNeeded: memory.times[newest] &+ memory.times[max(0, newest - 8)])
                &+ UInt64(truncatingIfNeeded: memory.times[recentStart])
                &+ memory.touch(HistoryMemory.Layout.amounts, layout.tags + 2 * count)
                &+ memory.touch(memory.rowOffset(next), memory.rowOffset(next) + layout.row)
        }
    }

    /// Keeps the newest tokens' values of some columns together from now on, so that `fillRecurrences` need not go
    /// through the tokens; what it gives is the same.
    mutating func keep(_ columns: [Int]) {
        guard columns != keptColumns, let last = columns.max(), last < rawCount else { return }
        keptColumns = columns
        memory.setColumnCount(columns.count)
        guard count > 0 else { return }
        let (slots, width, oldest) = ((0..<count).map { slot(of: $0) }, rawCount, eventsSeen - UInt64(count))
        memory.write { memory in
            for (position, slot) in slots.enumerated() {
                let raw = UnsafeBufferPointer(start: UnsafePointer(memory.raw(slot)), count: width)
                memory.keep(columns, of: raw, event: oldest + UInt64(position))
            }
        }
    }

    /// Visits the tokens, the oldest first, with their effective times.
    public func forEachToken(
        _ body: (_ raw: UnsafeBufferPointer<UInt32>, _ time: EventTime) throws -> Void
    ) rethrows {
        guard count > 0 else { return }
        try memory.read { memory in
            for position in 0..<count {
                let slot = slot(of: position)
                let raw = UnsafeBufferPointer(start: UnsafePointer(memory.raw(slot)), count: rawCount)
                try body(raw, EventTime(milliseconds: memory.time(slot).pointee))
            }
        }
    }

    /// Where the token at `position`, counted from the oldest, stands in the rings.
    func slot(of position: Int) -> Int {
        let slot = start + position
        return slot < count ? slot : slot - count
    }

    /// What the token in a slot holds.
    func id(at slot: Int) -> UInt64 { memory.read { $0.id(slot).pointee } }
    func time(at slot: Int) -> Int64 { memory.read { $0.time(slot).pointee } }
    func raw(_ column: Int, at slot: Int) -> UInt32 { memory.read { $0.raw(slot)[column] } }

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
        count = tokens.times.count - dropped
        recentLength = min(recent.amounts.count, recent.times.count, Self.recentCapacity)
        guard count > 0 || recentLength > 0 else { return }
        memory.grow(to: count)
        let (count, width, recentLength) = (count, self.rawCount, recentLength)
        let sorted = recent.amounts.prefix(recentLength).sorted()
        memory.write { memory in
            tokens.raws.withUnsafeBufferPointer { raws in
                for slot in 0..<count {
                    let token = slot + dropped
                    let row = UnsafeBufferPointer(rebasing: raws[token * width..<(token + 1) * width])
                    memory.put(row, time: tokens.times[token], id: tokens.ids[token], at: slot)
                }
            }
            for place in 0..<recentLength {
                memory.amounts[place] = recent.amounts[place]
                memory.times[place] = recent.times[place]
                memory.sorted[place] = sorted[place]
            }
        }
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
