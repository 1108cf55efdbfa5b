/// A user's history at rest: the same history to the bit in a quarter of the memory.
///
/// Held by columns, each in the least of a few lossless forms (`PackedColumn`). Features that follow from the amounts
/// and times before them are not held at all but computed again; whether that gives their very bits is checked when
/// packing, and what differs is written out.
public struct PackedHistory: Sendable {
    /// Nothing else is held: counts, ids, times, columns, in that order.
    private let bytes: [UInt8]

    /// - Complexity: O(tokens · raw values), tens of microseconds for a full history.
    public init(_ history: UserHistory) {
        var writer = BitWriter()
        writer.append(UInt64(history.count), 32)
        writer.append(history.eventsSeen, 64)
        writer.append(history.lateEvents, 64)
        writer.append(UInt64(bitPattern: history.newestMilliseconds), 64)
        let slots = (0..<history.count).map { history.slot(of: $0) }
        let times = slots.map { history.times[$0] }
        for slot in slots { writer.append(history.ids[slot], 64) }
        Self.write(times: times, to: &writer)
        Self.write(recent: history, times, to: &writer)
        let predicted = UserFeaturePrediction(amounts: Self.amounts(history, slots), times: times)
        for column in 0..<history.rawCount {
            PackedColumn.write(
                slots.map { history.raws[$0 * history.rawCount + column] }, predicted: predicted.column(column),
                to: &writer)
        }
        bytes = writer.finished()
    }

    /// Bytes held.
    public var byteCount: Int { bytes.count }

    /// The history as it was.
    ///
    /// - Parameters: what it was made with; `capacity` may be another, the newest tokens are kept.
    public func unpacked(rawCount: Int, capacity: Int) -> UserHistory {
        var reader = BitReader(bytes)
        let count = Int(reader.read(32))
        let eventsSeen = reader.read(64)
        let lateEvents = reader.read(64)
        let newest = Int64(bitPattern: reader.read(64))
        let ids = (0..<count).map { _ in reader.read(64) }
        let times = Self.readTimes(count, from: &reader)
        let recent = Self.readRecent(times, from: &reader)
        var raws = [UInt32](repeating: 0, count: count * rawCount)
        var prediction: UserFeaturePrediction?
        for column in 0..<rawCount {
            let values = PackedColumn.read(
                count, predicted: { prediction?.column(column) ?? [] }, from: &reader)
            if column == 0 {
                prediction = UserFeaturePrediction(amounts: values.map(Float.init(bitPattern:)), times: times)
            }
            for (row, value) in values.enumerated() { raws[row * rawCount + column] = value }
        }
        let amounts = recent?.amounts ?? Self.lastAmounts(raws, rawCount)
        return UserHistory(
            rawCount: rawCount, capacity: capacity, eventsSeen: eventsSeen, lateEvents: lateEvents, newest: newest,
            tokens: (raws, times, ids),
            recent: (amounts, recent?.times ?? Array(times.suffix(UserHistory.recentCapacity))))
    }

    private static func amounts(_ history: UserHistory, _ slots: [Int]) -> [Float] {
        guard history.rawCount > 0 else { return [] }
        return slots.map { Float(bitPattern: history.raws[$0 * history.rawCount]) }
    }

    private static func lastAmounts(_ raws: [UInt32], _ rawCount: Int) -> [Float] {
        guard rawCount > 0 else { return [] }
        let amounts = stride(from: 0, to: raws.count, by: rawCount).map { Float(bitPattern: raws[$0]) }
        return Array(amounts.suffix(UserHistory.recentCapacity))
    }

    /// The first time, then gaps, in seconds where all of them are whole.
    private static func write(times: [Int64], to writer: inout BitWriter) {
        guard let first = times.first else { return }
        writer.append(UInt64(bitPattern: first), 64)
        let gaps = zip(times.dropFirst(), times).map { UInt64(bitPattern: $0 &- $1) }
        let areWhole = gaps.allSatisfy { $0 % 1000 == 0 }
        let scaled = areWhole ? gaps.map { $0 / 1000 } : gaps
        let width = scaled.reduce(0) { max($0, $1.bitWidthNeeded) }
        writer.append(areWhole ? 1 : 0, 1)
        writer.append(UInt64(width), 7)
        for gap in scaled { writer.append(gap, width) }
    }

    private static func readTimes(_ count: Int, from reader: inout BitReader) -> [Int64] {
        guard count > 0 else { return [] }
        var times = [Int64(bitPattern: reader.read(64))]
        times.reserveCapacity(count)
        let unit: UInt64 = reader.read(1) == 1 ? 1000 : 1
        let width = Int(reader.read(7))
        var time = times[0]
        for _ in 1..<count {
            time = time &+ Int64(bitPattern: reader.read(width) &* unit)
            times.append(time)
        }
        return times
    }

    /// The last amounts and times, where they are not simply those of the last tokens.
    private static func write(recent history: UserHistory, _ times: [Int64], to writer: inout BitWriter) {
        let recent = history.recentAmounts.count
        let order = (0..<recent).map { (history.recentStart + $0) % recent }
        let last = (max(0, history.count - recent)..<history.count)
        let follows =
            history.rawCount > 0 && last.count == recent && recent == min(history.count, UserHistory.recentCapacity)
            && zip(order, last).allSatisfy { place, token in
                let amount = history.raws[history.slot(of: token) * history.rawCount]
                return history.recentAmounts[place].bitPattern == amount && history.recentTimes[place] == times[token]
            }
        writer.append(follows ? 1 : 0, 1)
        guard !follows else { return }
        writer.append(UInt64(recent), 8)
        for place in order {
            writer.append(UInt64(history.recentAmounts[place].bitPattern), 32)
            writer.append(UInt64(bitPattern: history.recentTimes[place]), 64)
        }
    }

    private static func readRecent(
        _ times: [Int64], from reader: inout BitReader
    ) -> (amounts: [Float], times: [Int64])? {
        guard reader.read(1) == 0 else { return nil }
        var recent: (amounts: [Float], times: [Int64]) = ([], [])
        for _ in 0..<reader.read(8) {
            recent.amounts.append(Float(bitPattern: UInt32(reader.read(32))))
            recent.times.append(Int64(bitPattern: reader.read(64)))
        }
        return recent
    }
}
