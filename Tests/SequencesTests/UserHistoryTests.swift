import Sequences
import Testing
import Transactions

@Suite struct UserHistoryTests {
    private func history(events: Int, capacity: Int = 5) -> UserHistory {
        var generator = SeededGenerator(state: 7)
        var history = UserHistory(rawCount: 11, capacity: capacity)
        for event in 0..<events {
            let raw = (0..<11).map { $0 % 3 == 0 ? UInt32(event) : UInt32.random(in: 0..<2, using: &generator) }
            history.append(raw: raw, at: Int64(event) * 977, id: UInt64(event) << 50, amount: Double(event) / 3)
        }
        return history
    }

    @Test func keepsTheNewestTokensInOrder() {
        let history = history(events: 12)
        var seen: [(UInt32, Int64)] = []
        history.forEachToken { raw, time in seen.append((raw[0], time.milliseconds)) }
        #expect(seen.map(\.0) == [7, 8, 9, 10, 11])
        #expect(seen.map(\.1) == [7, 8, 9, 10, 11].map { $0 * 977 })
        #expect(history.contains(id: 7 << 50) && !history.contains(id: 6 << 50))
        #expect(history.eventsSeen == 12)
    }

    @Test func aLateEventCountsAtTheNewestTime() {
        var history = history(events: 3)
        let late = EventTime(milliseconds: 5)
        #expect(history.isLate(late) && history.effectiveTime(of: late).milliseconds == 2 * 977)
        history.append(raw: [UInt32](repeating: 0, count: 11), at: 5, id: 1, amount: 1)
        #expect(history.lateEvents == 1 && history.newest?.milliseconds == 2 * 977)
        #expect(!history.isLate(EventTime(milliseconds: 2 * 977)))
    }

    @Test(arguments: [0, 1, 4, 5, 6, 33, 77]) func checkpointsRoundTrip(events: Int) throws {
        let original = history(events: events)
        var restored = try UserHistory(decoding: original.encoded(layout: 3), layout: 3, rawCount: 11, capacity: 5)
        #expect(restored == original && restored.eventsSeen == original.eventsSeen)
        // What follows must not depend on where the ring began.
        var continued = original
        let raw = [UInt32](repeating: 9, count: 11)
        for event in 0..<40 {
            continued.append(raw: raw, at: Int64(events + event) * 977, id: 4, amount: 0.1 * Double(event))
            restored.append(raw: raw, at: Int64(events + event) * 977, id: 4, amount: 0.1 * Double(event))
        }
        #expect(restored == continued)
    }

    @Test func aSmallerCapacityKeepsTheNewest() throws {
        let bytes = history(events: 9).encoded(layout: 3)
        let small = try UserHistory(decoding: bytes, layout: 3, rawCount: 11, capacity: 2)
        #expect(small == history(events: 9, capacity: 2))
    }

    @Test func damagedOrForeignCheckpointsAreRefused() {
        let bytes = history(events: 9).encoded(layout: 3)
        func kind(_ bytes: [UInt8], layout: UInt64 = 3, rawCount: Int = 11) -> StateFault.Kind? {
            do throws(StateFault) {
                _ = try UserHistory(decoding: bytes, layout: layout, rawCount: rawCount, capacity: 5)
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(kind(bytes, layout: 4) == .layout && kind(bytes, rawCount: 12) == .layout)
        #expect(kind([]) == .truncated)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(kind(damaged) != nil)
            #expect(kind(Array(bytes[..<index])) != nil)
        }
    }
}
