import Testing
import Transactions

@testable import Sequences

/// A packed history is the history, whatever it holds.
@Suite struct PackedHistoryTests {
    /// Nothing says of a checkpoint's bytes that a history with tokens has last amounts.
    @Test func tokensWithoutLastAmountsAreReadWithoutHarm() {
        var history = UserHistory(
            rawCount: 1, capacity: 4, eventsSeen: 1, lateEvents: 0, newest: 5, tokens: ([7], [5], [1]), recent: ([], [])
        )
        _ = history.touch()
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1) { raw in
            raw.initialize(repeating: 3)
            history.append(raw: UnsafeBufferPointer(raw), time: EventTime(milliseconds: 9), id: 2, amount: 4)
        }
        #expect(history.count == 2 && history.averageAmount == 4)
    }

    private static let schema = TransactionSchema(
        name: "packed", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)])

    /// A user of a stream with labels: gaps of hours, some events late, some amounts odd.
    private static func history(_ count: Int, capacity: Int, seed: Int) -> UserHistory {
        let extractor = FeatureExtractor(schema: schema)
        var replay = EntityReplay(schema: schema)
        var history = UserHistory(rawCount: extractor.rawCount, capacity: capacity)
        var raw = [UInt32](repeating: 0, count: extractor.rawCount)
        func transaction(_ number: Int) -> Transaction {
            let mixed = (number &* 7919 &+ seed &* 31) % 10_007
            let late = mixed % 50 == 0 ? 5000 * 1000 : 0
            return Transaction(
                id: "x\(number)", user: "u",
                time: EventTime(milliseconds: 1_600_000_000_000 + Int64(number * 9_000_000 + mixed * 1000 - late)),
                amount: mixed % 97 == 0 ? Double(mixed) / 3 : Double(mixed) / 100, entities: ["t\(mixed % 30)"])
        }
        for number in 0..<count * 8 {
            let transaction = transaction(number)
            replay.add(transaction)
            replay.add(
                Label(
                    transactionID: transaction.id, user: "u", fraud: number % 40 == 0,
                    knownAt: transaction.time.advanced(byMilliseconds: schema.labelDelayMilliseconds),
                    entities: transaction.entities))
            guard number % 8 == 0 else { continue }
            let risks = extractor.entities.risks(
                transaction, at: history.effectiveTime(of: transaction.time), ledger: replay.ledger)
            raw.withUnsafeMutableBufferPointer {
                extractor.extract(transaction, history: history, risks: risks, into: $0)
            }
            raw.withUnsafeBufferPointer {
                history.append(
                    raw: $0, time: transaction.time, id: StableHash.identifier(transaction.id),
                    amount: transaction.amount)
            }
        }
        return history
    }

    @Test(arguments: [0, 1, 5, 31, 33, 127, 300]) func packingLosesNothing(count: Int) {
        let history = Self.history(count, capacity: 127, seed: count)
        let packed = PackedHistory(history)
        var back = packed.unpacked(rawCount: history.rawCount, capacity: 127)
        #expect(back == history)
        // What comes after is the same as well: rings begin elsewhere, nothing may depend on that.
        var original = history
        let raw = [UInt32](repeating: 7, count: history.rawCount)
        for step in 0..<40 {
            let time = EventTime(milliseconds: 1_700_000_000_000 + Int64(step) * 60_000)
            for index in 0..<2 {
                raw.withUnsafeBufferPointer { raw in
                    if index == 0 {
                        original.append(raw: raw, time: time, id: UInt64(step), amount: 3)
                    } else {
                        back.append(raw: raw, time: time, id: UInt64(step), amount: 3)
                    }
                }
            }
        }
        #expect(back == original)
    }

    /// Bits that no extractor gives: negative zeros, payload NaNs, infinities, huge and tiny numbers.
    @Test(arguments: 0..<20) func anyBitsSurvive(seed: Int) {
        let odd: [UInt32] = [
            0x8000_0000, 0x7FC0_0001, 0xFFC0_0000, 0x7F80_0000, 0xFF80_0000, 1, 0x7F7F_FFFF, Float(0.07).bitPattern,
            Float(123.45).bitPattern, Float(-3).bitPattern, Float.nan.bitPattern, 0, 0xFFFF_FFFF,
        ]
        let rawCount = seed % 11
        var history = UserHistory(rawCount: rawCount, capacity: 50)
        for token in 0..<(seed * 13) % 120 {
            let raw = (0..<rawCount).map { column in
                column % 3 == 2
                    ? UInt32(truncatingIfNeeded: (token &* 2_654_435_761) &+ column)
                    : odd[(token * 5 + column * seed) % odd.count]
            }
            raw.withUnsafeBufferPointer {
                history.append(
                    raw: $0, time: EventTime(milliseconds: Int64(token * token * 977 * seed)), id: UInt64(token) << 40,
                    amount: seed % 2 == 0 ? Double(token) : .infinity)
            }
        }
        #expect(PackedHistory(history).unpacked(rawCount: rawCount, capacity: 50) == history)
        #expect(PackedHistory(history).unpacked(rawCount: rawCount, capacity: 80).count == history.count)
        let shorter = PackedHistory(history).unpacked(rawCount: rawCount, capacity: 9)
        #expect(shorter.count == min(9, history.count) && shorter.eventsSeen == history.eventsSeen)
    }

    /// A figure of the issue: what a cold user of two layers with a window of 64 takes.
    @Test func aFullHistoryIsSmall() {
        let packed = PackedHistory(Self.history(300, capacity: 127, seed: 1))
        #expect(packed.byteCount < 3800, "\(packed.byteCount) bytes")
    }
}

/// Packed histories come back from topics: no bytes may crash what opens them.
extension PackedHistoryTests {
    private func validated(_ bytes: [UInt8], rawCount: Int) throws -> PackedHistory {
        try bytes.withUnsafeBytes { try PackedHistory(validating: $0, rawCount: rawCount) }
    }

    @Test(arguments: [0, 1, 33, 300]) func bytesAreThePackedHistory(count: Int) throws {
        let history = Self.history(count, capacity: 127, seed: count)
        let packed = PackedHistory(history)
        let bytes = packed.withBytes { Array($0) }
        #expect(try validated(bytes, rawCount: history.rawCount) == packed)
        for length in bytes.indices {
            #expect(throws: StateFault.self) { try validated(Array(bytes[..<length]), rawCount: history.rawCount) }
        }
        #expect(throws: StateFault.self) { try validated(bytes + [0], rawCount: history.rawCount) }
        if count > 0 {
            #expect(throws: StateFault.self) { try validated(bytes, rawCount: history.rawCount + 1) }
            #expect(throws: StateFault.self) { try validated(bytes, rawCount: history.rawCount - 1) }
        }
    }

    /// Whatever the walk lets through is opened, used and packed again.
    @Test func flippedBitsAreRefusedOrHarmless() throws {
        let history = Self.history(12, capacity: 127, seed: 4)
        let bytes = PackedHistory(history).withBytes { Array($0) }
        let raw = [UInt32](repeating: 7, count: history.rawCount)
        var accepted = 0
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let packed = try? validated(flipped, rawCount: history.rawCount) else { continue }
            accepted += 1
            var opened = packed.unpacked(rawCount: history.rawCount, capacity: 30)
            raw.withUnsafeBufferPointer {
                opened.append(raw: $0, time: EventTime(milliseconds: 1_700_000_000_000), id: 1, amount: 3)
            }
            #expect(PackedHistory(opened).unpacked(rawCount: history.rawCount, capacity: 30) == opened)
        }
        #expect(accepted > 0 && accepted < bytes.count * 8)
    }
}
