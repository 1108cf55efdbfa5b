extension UserHistory {
    private static let version: UInt8 = 1

    /// The history as bytes for a checkpoint; equal histories give equal bytes.
    ///
    /// A token is written as the values that differ from the token before it, under a mask of one bit a value.
    /// - Parameter layout: `FeatureExtractor.layout`.
    public func encoded(layout: UInt64) -> [UInt8] {
        var writer = StateWriter(version: Self.version, reserving: 512 + count * (16 + rawCount * 2))
        writer.fixed(layout)
        writer.varint(UInt64(rawCount))
        writer.varint(eventsSeen)
        writer.varint(lateEvents)
        writer.zigzag(newestMilliseconds)
        writeTokens(to: &writer)
        writer.varint(UInt64(recentLength))
        var previousTime: Int64 = 0
        for position in 0..<recentLength {
            let place = (recentStart + position) % recentLength
            writer.fixed(recentAmount(at: place).bitPattern)
            writer.zigzag(recentTime(at: place) &- previousTime)
            previousTime = recentTime(at: place)
        }
        return writer.finished()
    }

    private func writeTokens(to writer: inout StateWriter) {
        writer.varint(UInt64(count))
        var previousTime: Int64 = 0
        var previousRow = [UInt32](repeating: 0, count: rawCount)
        for position in 0..<count {
            memory.read { memory in
                let slot = slot(of: position)
                let (time, row) = (memory.time(slot).pointee, memory.raw(slot))
                writer.fixed(memory.id(slot).pointee)
                writer.zigzag(time &- previousTime)
                previousTime = time
                for first in stride(from: 0, to: rawCount, by: 8) {
                    var mask: UInt8 = 0
                    for column in first..<min(first + 8, rawCount) where row[column] != previousRow[column] {
                        mask |= 1 << UInt8(column - first)
                    }
                    writer.fixed(mask)
                }
                for column in 0..<rawCount where row[column] != previousRow[column] {
                    writer.fixed(row[column])
                    previousRow[column] = row[column]
                }
            }
        }
    }

    /// Reads what `encoded` wrote, keeping the newest `capacity` tokens.
    ///
    /// - Throws: `StateFault`; of kind `layout` when the bytes were made under another schema.
    public init(
        decoding bytes: UnsafeRawBufferPointer, layout: UInt64, rawCount: Int, capacity: Int
    ) throws(StateFault) {
        var reader = try StateReader(bytes, version: Self.version)
        guard try reader.fixed(UInt64.self) == layout, try reader.varint() == UInt64(max(0, rawCount)) else {
            throw StateFault(.layout, offset: 1, "the history was made with other features")
        }
        let eventsSeen = try reader.varint()
        let lateEvents = try reader.varint()
        let newest = try reader.zigzag()
        let tokens = try Self.readTokens(from: &reader, rawCount: max(0, rawCount))
        let recent = try Self.readRecent(from: &reader)
        let held = max(tokens.times.count, recent.times.count)
        guard Self.areSound(eventsSeen: eventsSeen, lateEvents: lateEvents, tokens: held) else {
            throw StateFault(.malformed, offset: reader.position, "more tokens than events")
        }
        try reader.finish()
        self.init(
            rawCount: rawCount, capacity: capacity, eventsSeen: eventsSeen, lateEvents: lateEvents, newest: newest,
            tokens: tokens, recent: recent)
    }

    /// Reads what `encoded` wrote, keeping the newest `capacity` tokens.
    ///
    /// - Throws: `StateFault`; of kind `layout` when the bytes were made under another schema.
    public init(decoding bytes: [UInt8], layout: UInt64, rawCount: Int, capacity: Int) throws(StateFault) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(StateFault) in
                try Self(decoding: buffer, layout: layout, rawCount: rawCount, capacity: capacity)
            }
        }.get()
    }

    private static func readTokens(
        from reader: inout StateReader, rawCount: Int
    ) throws(StateFault) -> (raws: [UInt32], times: [Int64], ids: [UInt64]) {
        let masks = (rawCount + 7) / 8
        let count = try reader.count(ofAtLeast: 9 + masks)
        var tokens: (raws: [UInt32], times: [Int64], ids: [UInt64]) = ([], [], [])
        tokens.raws.reserveCapacity(count * rawCount)
        var row = [UInt32](repeating: 0, count: rawCount)
        var mask = [UInt8](repeating: 0, count: masks)
        var time: Int64 = 0
        for _ in 0..<count {
            tokens.ids.append(try reader.fixed(UInt64.self))
            time = time &+ (try reader.zigzag())
            tokens.times.append(time)
            for index in 0..<masks { mask[index] = try reader.fixed(UInt8.self) }
            for column in 0..<rawCount where mask[column / 8] & (1 << UInt8(column % 8)) != 0 {
                row[column] = try reader.fixed(UInt32.self)
            }
            tokens.raws.append(contentsOf: row)
        }
        return tokens
    }

    private static func readRecent(
        from reader: inout StateReader
    ) throws(StateFault) -> (amounts: [Float], times: [Int64]) {
        let count = try reader.count(ofAtLeast: 5)
        guard count <= recentCapacity else {
            throw StateFault(.malformed, offset: reader.position, "more than \(recentCapacity) recent amounts")
        }
        var recent: (amounts: [Float], times: [Int64]) = ([], [])
        var time: Int64 = 0
        for _ in 0..<count {
            recent.amounts.append(Float(bitPattern: try reader.fixed(UInt32.self)))
            time = time &+ (try reader.zigzag())
            recent.times.append(time)
        }
        return recent
    }
}
