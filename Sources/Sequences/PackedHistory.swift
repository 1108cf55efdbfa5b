/// A user's history at rest: the same history to the bit in a quarter of the memory.
///
/// Held by columns, each in the least of a few lossless forms (`PackedColumn`). Features that follow from the amounts
/// and times before them are not held at all but computed again; whether that gives their very bits is checked when
/// packing, and what differs is written out. Checkpoints hold the same bytes.
public struct PackedHistory: Sendable, Equatable {
    /// Nothing else is held: counts, ids, times, last amounts, columns, in that order.
    private let bytes: [UInt8]

    /// - Complexity: O(tokens · raw values), about ten microseconds for a full history.
    public init(_ history: UserHistory) {
        bytes = withUnsafeTemporaryAllocation(
            byteCount: Self.mostBytes(history.count, rawCount: history.rawCount), alignment: 8
        ) { buffer in
            var writer = BitWriter(buffer)
            writer.append(UInt64(history.count), 32)
            writer.append(history.eventsSeen, 64)
            writer.append(history.lateEvents, 64)
            writer.append(UInt64(bitPattern: history.newestMilliseconds), 64)
            for position in 0..<history.count { writer.append(history.id(at: history.slot(of: position)), 64) }
            Self.writeTokens(history, to: &writer)
            return writer.finished()
        }
    }

    /// Takes over bytes that `withBytes` gave, once their structure is found sound.
    ///
    /// - Parameter rawCount: of the features they were made with; other bytes under it are refused as far as can be told.
    /// - Throws: `StateFault`; what is let through can be unpacked, whatever it says.
    /// - Complexity: O(raw values), and a copy.
    public init(validating bytes: UnsafeRawBufferPointer, rawCount: Int) throws(StateFault) {
        try Self.validate(bytes, rawCount: rawCount)
        self.bytes = Array(bytes)
    }

    /// Bytes held.
    public var byteCount: Int { bytes.count }

    /// The bytes themselves, for a checkpoint.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// The history as it was.
    ///
    /// - Parameters: what it was made with; `capacity` may be another, the newest tokens are kept.
    public func unpacked(rawCount: Int, capacity: Int) -> UserHistory {
        bytes.withUnsafeBytes { bytes in
            var reader = BitReader(bytes)
            let count = Int(reader.read(32))
            let eventsSeen = reader.read(64)
            let lateEvents = reader.read(64)
            let newest = Int64(bitPattern: reader.read(64))
            let ids = (0..<count).map { _ in reader.read(64) }
            let times = Self.readTimes(count, from: &reader)
            let recent = Self.readRecent(times, from: &reader)
            let raws = Self.readColumns(rawCount, times, from: &reader)
            let amounts = recent?.amounts ?? Self.lastAmounts(raws, rawCount)
            return UserHistory(
                rawCount: rawCount, capacity: capacity, eventsSeen: eventsSeen, lateEvents: lateEvents, newest: newest,
                tokens: (raws, times, ids),
                recent: (amounts, recent?.times ?? Array(times.suffix(UserHistory.recentCapacity))))
        }
    }
}

extension PackedHistory {
    private static let headerBits = 32 + 3 * 64
    /// The first time, the unit, the width of a gap.
    private static let timesHeaderBits = 64 + 1 + 7
    private static let recentBits = 32 + 64

    private static func mostBytes(_ count: Int, rawCount: Int) -> Int {
        let recent = 1 + 8 + UserHistory.recentCapacity * recentBits
        let bits = headerBits + 2 * 64 * count + timesHeaderBits + recent + rawCount * PackedColumn.mostBits(count)
        return bits / 8 + 16
    }

    /// Walks over the bytes as `unpacked` does: no count may be larger than what follows it, and nothing is left over.
    private static func validate(_ bytes: UnsafeRawBufferPointer, rawCount: Int) throws(StateFault) {
        var reader = BitReader(bytes)
        func check(_ condition: Bool, _ detail: @autoclosure () -> String) throws(StateFault) {
            guard !condition else { return }
            throw StateFault(.malformed, offset: min(bytes.count, reader.position / 8), detail())
        }
        let count = Int(reader.read(32))
        let eventsSeen = reader.read(64)
        let lateEvents = reader.read(64)
        reader.skip(64)
        try check(count <= reader.remaining / 64, "more tokens than bytes")
        try check(
            UserHistory.areSound(eventsSeen: eventsSeen, lateEvents: lateEvents, tokens: count),
            "more tokens than events, or more of these than there can be")
        reader.skip(64 * count)
        if count > 0 {
            reader.skip(64 + 1)
            let width = Int(reader.read(7))
            try check(width <= 64, "gaps wider than 64 bits")
            reader.skip((count - 1) * width)
        }
        if reader.read(1) == 0 {
            let recent = Int(reader.read(8))
            try check(
                recent <= UserHistory.recentCapacity && eventsSeen >= UInt64(recent),
                "more last amounts than there can be")
            reader.skip(recent * recentBits)
        }
        for column in 0..<rawCount {
            let isSound = PackedColumn.skip(
                count, isPredicted: UserFeaturePrediction.predicted.contains(column), in: &reader)
            try check(isSound, "raw value \(column) is none of the forms")
        }
        try check((0..<8).contains(reader.remaining), "as many bytes as its parts say")
    }

    private static func writeTokens(_ history: UserHistory, to writer: inout BitWriter) {
        let (count, rawCount) = (history.count, history.rawCount)
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, count)) { times in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, 2 * count)) { scratch in
                for position in 0..<count { times[position] = history.time(at: history.slot(of: position)) }
                let times = UnsafeBufferPointer(rebasing: times[..<count])
                write(times, to: &writer)
                write(recent: history, times, to: &writer)
                let values = UnsafeMutableBufferPointer(rebasing: scratch[..<count])
                let codes = UnsafeMutableBufferPointer(rebasing: scratch[count..<2 * count])
                var prediction: UserFeaturePrediction?
                for column in 0..<rawCount {
                    for position in 0..<count {
                        values[position] = history.raw(column, at: history.slot(of: position))
                    }
                    let column = (index: column, values: UnsafeBufferPointer(values))
                    if column.index == 0 {
                        prediction = column.values.withMemoryRebound(to: Float.self) {
                            UserFeaturePrediction(amounts: $0, times: times)
                        }
                    }
                    prediction?.withColumn(column.index) {
                        PackedColumn.write(column.values, predicted: $0, codes: codes, to: &writer)
                    }
                }
            }
        }
    }

    private static func readColumns(_ rawCount: Int, _ times: [Int64], from reader: inout BitReader) -> [UInt32] {
        let count = times.count
        return [UInt32](unsafeUninitializedCapacity: count * rawCount) { raws, initialized in
            raws.initialize(repeating: 0)
            initialized = count * rawCount
            guard let base = raws.baseAddress else { return }
            var prediction: UserFeaturePrediction?
            for column in 0..<rawCount {
                if UserFeaturePrediction.predicted.contains(column), prediction == nil {
                    let amounts = (0..<count).map { Float(bitPattern: raws[$0 * rawCount]) }
                    prediction = amounts.withUnsafeBufferPointer { amounts in
                        times.withUnsafeBufferPointer { UserFeaturePrediction(amounts: amounts, times: $0) }
                    }
                }
                func read(_ predicted: UnsafeBufferPointer<UInt32>) {
                    PackedColumn.read(
                        count, predicted: predicted, from: &reader, into: base + column, stride: rawCount)
                }
                if let prediction {
                    prediction.withColumn(column, read)
                } else {
                    read(UnsafeBufferPointer(start: nil, count: 0))
                }
            }
        }
    }

    private static func lastAmounts(_ raws: [UInt32], _ rawCount: Int) -> [Float] {
        guard rawCount > 0 else { return [] }
        let first = max(0, raws.count / rawCount - UserHistory.recentCapacity)
        return stride(from: first * rawCount, to: raws.count, by: rawCount).map { Float(bitPattern: raws[$0]) }
    }

    /// The first time, then gaps, in seconds where all of them are whole.
    private static func write(_ times: UnsafeBufferPointer<Int64>, to writer: inout BitWriter) {
        guard let first = times.first else { return }
        writer.append(UInt64(bitPattern: first), 64)
        func gap(_ index: Int) -> UInt64 { UInt64(bitPattern: times[index] &- times[index - 1]) }
        let areWhole = (1..<times.count).allSatisfy { gap($0) % 1000 == 0 }
        func scaled(_ index: Int) -> UInt64 { areWhole ? gap(index) / 1000 : gap(index) }
        let width = (1..<times.count).reduce(0) { $0 | scaled($1) }.bitWidthNeeded
        writer.append(areWhole ? 1 : 0, 1)
        writer.append(UInt64(width), 7)
        for index in 1..<times.count { writer.append(scaled(index), width) }
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
    private static func write(
        recent history: UserHistory, _ times: UnsafeBufferPointer<Int64>, to writer: inout BitWriter
    ) {
        let recent = history.recentLength
        let order = (0..<recent).lazy.map { (history.recentStart + $0) % recent }
        let last = (max(0, history.count - recent)..<history.count)
        let follows =
            history.rawCount > 0 && last.count == recent && recent == min(history.count, UserHistory.recentCapacity)
            && zip(order, last).allSatisfy { place, token in
                let amount = history.raw(0, at: history.slot(of: token))
                return history.recentAmount(at: place).bitPattern == amount
                    && history.recentTime(at: place) == times[token]
            }
        writer.append(follows ? 1 : 0, 1)
        guard !follows else { return }
        writer.append(UInt64(recent), 8)
        for place in order {
            writer.append(UInt64(history.recentAmount(at: place).bitPattern), 32)
            writer.append(UInt64(bitPattern: history.recentTime(at: place)), 64)
        }
    }

    private static func readRecent(
        _ times: [Int64], from reader: inout BitReader
    ) -> (amounts: [Float], times: [Int64])? {
        guard reader.read(1) == 0 else { return nil }
        var recent: (amounts: [Float], times: [Int64]) = ([], [])
        for _ in 0..<reader.read(8) {
            recent.amounts.append(Float(bitPattern: UInt32(truncatingIfNeeded: reader.read(32))))
            recent.times.append(Int64(bitPattern: reader.read(64)))
        }
        return recent
    }
}
