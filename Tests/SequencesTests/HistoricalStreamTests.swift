import Sequences
import Testing
import Transactions

@Suite struct HistoricalStreamTests {
    private struct Event {
        var transaction: Transaction
        var fraud: Bool
    }

    /// 40 days of a few users at a few terminals.
    private func events(seed: UInt64) -> [Event] {
        var generator = SeededGenerator(state: seed)
        var time: Int64 = 0
        return (0..<4000).map { index in
            time += Int64.random(in: 0..<(2 * 40 * day / 4000), using: &generator)
            let event = transaction(
                "x\(index)", user: "u\(Int.random(in: 0..<20, using: &generator))", at: time,
                amount: Double.random(in: 1..<300, using: &generator),
                terminal: "t\(Int.random(in: 0..<8, using: &generator))")
            return Event(transaction: event, fraud: Int.random(in: 0..<4, using: &generator) == 0)
        }
    }

    private func replay(_ events: [Event], delay: Int64 = 7 * day) -> [[UInt32]] {
        let extractor = FeatureExtractor(schema: testSchema)
        var stream = HistoricalStream(extractor: extractor, historyCapacity: 63)
        return events.map { event in
            var raw = [UInt32](repeating: 0, count: extractor.rawCount)
            let step = raw.withUnsafeMutableBufferPointer { stream.next(event.transaction, into: $0) }
            #expect(step != nil)
            let known = event.transaction.time.milliseconds + delay
            let terminal = event.transaction.entities[0]
            stream.add(
                label(
                    event.transaction.id, fraud: event.fraud, knownAt: known, terminal: terminal,
                    amount: event.transaction.amount))
            return raw
        }
    }

    @Test func nothingReadsTheFuture() {
        let original = events(seed: 1)
        let cut = 25 * day
        // Every label known after the cut flips, and every later transaction changes its amount and terminal.
        let altered = original.map { event in
            var event = event
            let time = event.transaction.time.milliseconds
            if time + 7 * day >= cut { event.fraud.toggle() }
            if time >= cut {
                event.transaction.amount *= 3
                event.transaction.entities = ["t0", nil]
            }
            return event
        }
        let (left, right) = (replay(original), replay(altered))
        let firstAfter = original.firstIndex { $0.transaction.time.milliseconds >= cut } ?? 0
        #expect(firstAfter > 2000 && left[..<firstAfter] == right[..<firstAfter])
        #expect(left[firstAfter...] != right[firstAfter...])
    }

    @Test func labelsReachFeaturesAfterTheirDelay() {
        let original = events(seed: 2)
        let share = FeatureExtractor(schema: testSchema).names.firstIndex(of: "terminal.fraud_share_30d") ?? 0
        let rows = replay(original)
        let firstWeek = original.indices.filter { original[$0].transaction.time.milliseconds < 7 * day }
        #expect(firstWeek.allSatisfy { Float(bitPattern: rows[$0][share]).isNaN })
        // A quarter of all is fraud, and the windows of frauds and transactions are about the same events.
        let last = rows.suffix(500).map { Float(bitPattern: $0[share]) }
        #expect(abs(last.reduce(0, +) / 500 - 0.25) < 0.04)
    }

    @Test func aRepeatedTransactionCountsOnce() {
        var stream = HistoricalStream(extractor: FeatureExtractor(schema: testSchema), historyCapacity: 8)
        var raw = [UInt32](repeating: 0, count: stream.extractor.rawCount)
        let steps = ["a", "b", "a"].map { id in
            raw.withUnsafeMutableBufferPointer { stream.next(transaction(id, at: 5), into: $0) }
        }
        #expect(steps[1] != nil && steps[2] == nil && stream.duplicates == 1)
        #expect(stream.histories[0].eventsSeen == 2)
    }

    @Test func twoSpellingsOfAnIDAreTwoUsers() {
        var stream = HistoricalStream(extractor: FeatureExtractor(schema: testSchema), historyCapacity: 8)
        var raw = [UInt32](repeating: 0, count: stream.extractor.rawCount)
        let users = ["\u{e9}", "e\u{301}", "\u{e9}"].enumerated().map { number, user in
            raw.withUnsafeMutableBufferPointer {
                stream.next(transaction("x\(number)", user: user, at: Int64(number)), into: $0)?.user
            }
        }
        #expect(users == [0, 1, 0] && stream.userCount == 2)
    }

    @Test func aDuplicateCountsForItsEntitiesAsItDoesInTheLog() {
        // A bucket must not depend on what a user's history still recognises.
        var stream = HistoricalStream(extractor: FeatureExtractor(schema: testSchema), historyCapacity: 8)
        var raw = [UInt32](repeating: 0, count: stream.extractor.rawCount)
        var accumulator = BucketAccumulator(schema: testSchema)
        var parts: [EntityBucketPart] = []
        for (index, id) in ["a", "b", "a", "a", "c"].enumerated() {
            let event = transaction(id, at: index == 4 ? 2 * hour : Int64(index))
            if let part = accumulator.add(event) { parts.append(part) }
            _ = raw.withUnsafeMutableBufferPointer { stream.next(event, into: $0) }
        }
        var ledger = EntityLedger(schema: testSchema)
        for part in parts { ledger.apply(part) }
        let (entity, time) = (StableHash.entity(name: "terminal", key: "t"), EventTime(milliseconds: 2 * hour))
        #expect(stream.ledger.risk(of: entity, at: time).recent[0] == 4)
        #expect(stream.ledger.risk(of: entity, at: time).recent == ledger.risk(of: entity, at: time).recent)
        let recent = stream.extractor.names.firstIndex(of: "terminal.recent_1d") ?? 0
        #expect(Float(bitPattern: raw[recent]) == 4)
    }

    @Test func aDuplicatesLabelCountsAgain() {
        let schema = testSchema
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 8)
        for (id, time, fraud) in [("a", 0, true), ("a", 1, true), ("b", 8 * day, false)] {
            builder.add(transaction(id, at: time), isFraud: fraud)
        }
        let dataset = builder.finished()
        let run = dataset.extractor.names.firstIndex(of: "terminal.fraud_run") ?? 0
        #expect(dataset.count == 2 && dataset.duplicates == 1)
        #expect(Float(bitPattern: dataset.rows[dataset.extractor.rawCount + run]) == 2)
    }
}
