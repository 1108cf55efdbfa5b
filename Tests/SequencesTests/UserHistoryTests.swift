import Testing
import Transactions

@testable import Sequences

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

    @Test func idsThatLookAlikeAreToldApart() {
        var history = UserHistory(rawCount: 1, capacity: 3)
        for number in 0..<4 { history.append(raw: [0], at: 0, id: 7 + UInt64(number) << 16, amount: 1) }
        #expect(!history.contains(id: 7) && !history.contains(id: 7 + 4 << 16))
        #expect((1..<4).allSatisfy { history.contains(id: 7 + UInt64($0) << 16) })
    }

    @Test(arguments: [0, 1, 3, 40, 70]) func columnsKeptLaterOrNeverGiveTheSame(before: Int) {
        let columns = [0, 8, 10]
        var histories = (0..<3).map { _ in history(events: 0, capacity: 50) }
        histories[1].keep(columns)
        var generator = SeededGenerator(state: 3)
        for event in 0..<90 {
            if event == before { histories[2].keep(columns) }
            let time = Int64(event) * 9_000_000
            let raw = (0..<11).map { _ in UInt32.random(in: 0..<4, using: &generator) }
            let filled = histories.map { history in
                var raw = raw
                raw.withUnsafeMutableBufferPointer { history.fillRecurrences(of: columns, at: time, in: $0, from: 1) }
                return raw
            }
            #expect(filled[1] == filled[0] && filled[2] == filled[0])
            for index in 0..<3 { histories[index].append(raw: filled[0], at: time, id: UInt64(event), amount: 1) }
        }
        #expect(histories[1] == histories[0] && histories[2] == histories[0])
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
