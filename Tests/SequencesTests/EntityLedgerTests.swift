import Sequences
import Testing
import Transactions

@Suite struct EntityLedgerTests {
    /// Random parts of 80 days from three sources, a few a day; `bucket` is an hour.
    private func randomParts(seed: UInt64) -> [(part: EntityBucketPart, source: UInt32)] {
        var generator = SeededGenerator(state: seed)
        var parts: [(part: EntityBucketPart, source: UInt32)] = []
        for bucket in Int64(0)..<(80 * 24) {
            for source in UInt32(0)..<3 where Int.random(in: 0..<4, using: &generator) == 0 {
                var part = EntityBucketPart(bucket: bucket)
                for entity in UInt64(0)..<3 where Bool.random(using: &generator) {
                    part.counts[entity] = UInt32.random(in: 1..<5, using: &generator)
                    let knownAt = bucket * hour + Int64.random(in: 0..<4, using: &generator) * 1000
                    // Entity 2 is in one run of frauds, longer than the horizon.
                    let fraud = Int.random(in: 0..<3, using: &generator) == 0 || entity == 2
                    // Some frauds come without their amount.
                    let amount = Int.random(in: 0..<90, using: &generator)
                    part.labels.append(
                        EntityLabel(
                            entity: entity, knownAt: knownAt, fraud: fraud,
                            amount: fraud && amount > 20 ? Float(amount) : nil))
                }
                parts.append((part, source))
            }
        }
        return parts
    }

    /// The definition, read off the parts themselves.
    private func naive(_ parts: [EntityBucketPart], entity: UInt64, at time: Int64) -> EntityRisk {
        let now = time / hour
        func count(_ start: Int64, _ end: Int64) -> Float {
            Float(parts.filter { $0.bucket >= start && $0.bucket < end }.reduce(0) { $0 + ($1.counts[entity] ?? 0) })
        }
        let labels = parts.filter { $0.bucket < now && $0.bucket >= now - 37 * 24 }
            .flatMap { part in part.labels.filter { $0.entity == entity }.map { (part.bucket, $0) } }
            .sorted { ($0.0, $0.1.knownAt, $0.1.fraud ? 1 : 0) < ($1.0, $1.1.knownAt, $1.1.fraud ? 1 : 0) }
        var risk = EntityRisk()
        for (window, days) in [Int64(1), 7, 30].enumerated() {
            risk.matured[window] = count(now - (7 + days) * 24, now - 7 * 24)
            risk.frauds[window] = Float(labels.count { $0.0 >= now - days * 24 && $0.1.fraud })
        }
        risk.recent = [count(now - 24, now), count(now - 7 * 24, now)]
        let newestFirst = labels.map(\.1).reversed()
        for (age, label) in newestFirst.prefix(3).enumerated() { risk.lastLabels[age] = label.fraud ? 1 : 0 }
        let run = newestFirst.prefix { $0.fraud }
        risk.fraudRun = Float(run.count)
        func days(_ label: EntityLabel) -> Float { Float(Double(time - label.knownAt) / Double(day)) }
        if let first = run.last { risk.fraudRunDays = days(first) }
        if let newest = newestFirst.first { risk.newestLabelDays = days(newest) }
        if let fraud = newestFirst.first(where: \.fraud) { risk.lastFraudDays = days(fraud) }
        let genuine = newestFirst.dropFirst(run.count).first
        if let genuine { risk.genuineMidnights = Float(time / day - genuine.knownAt / day) }
        if let first = run.last {
            risk.fraudRunMidnights = Float(time / day - first.knownAt / day)
            risk.fraudRunAmount = run.prefix(16).compactMap(\.amount).min() ?? .nan
            if let genuine { risk.fraudRunGap = Float(first.knownAt / day - genuine.knownAt / day) }
        }
        return risk
    }

    private func same(_ left: EntityRisk, _ right: EntityRisk) -> Bool {
        func bits(_ risk: EntityRisk) -> [UInt32] {
            var values = [risk.fraudRun, risk.fraudRunDays, risk.newestLabelDays, risk.lastFraudDays]
            values += [risk.fraudRunMidnights, risk.fraudRunGap, risk.fraudRunAmount, risk.genuineMidnights]
            for window in 0..<3 { values += [risk.matured[window], risk.frauds[window], risk.lastLabels[window]] }
            return (values + [risk.recent[0], risk.recent[1]]).map { $0.isNaN ? .max : $0.bitPattern }
        }
        return bits(left) == bits(right)
    }

    @Test func readsAgreeWithTheDefinitionWhateverTheOrderOfParts() {
        let parts = randomParts(seed: 1)
        var generator = SeededGenerator(state: 2)
        var ledger = EntityLedger(labelDelayMilliseconds: 7 * day)
        for (part, source) in parts.shuffled(using: &generator) { ledger.apply(part, source: source) }
        for _ in 0..<60 {
            let time = Int64.random(in: 0..<(80 * day), using: &generator)
            for entity in UInt64(0)..<4 {
                let read = ledger.risk(of: entity, at: EventTime(milliseconds: time))
                #expect(same(read, naive(parts.map(\.part), entity: entity, at: time)), "\(entity) at \(time)")
            }
        }
    }

    @Test func aReadStaysTheSameWhenLaterPartsArriveAndOldOnesArePruned() {
        let parts = randomParts(seed: 3)
        let time = EventTime(milliseconds: 50 * day + 5 * hour + 17)
        var ledger = EntityLedger(labelDelayMilliseconds: 7 * day)
        for (part, source) in parts where part.bucket < ledger.bucket(of: time) { ledger.apply(part, source: source) }
        let before = (0..<3).map { ledger.risk(of: $0, at: time) }
        for (part, source) in parts where part.bucket >= ledger.bucket(of: time) { ledger.apply(part, source: source) }
        var repeated = 0
        for (part, source) in parts where ledger.apply(part, source: source) { repeated += 1 }
        #expect(repeated == 0)
        ledger.prune(before: ledger.bucket(of: time) - ledger.horizonBuckets)
        for entity in 0..<3 {
            let after = ledger.risk(of: UInt64(entity), at: time)
            #expect(same(before[entity], after) && before[entity].labelMean == after.labelMean)
        }
        ledger.prune(before: .max)
        #expect(ledger.entityCount == 0)
    }

    @Test func aLabelCountsFromTheBucketAfterItBecameKnown() {
        var ledger = EntityLedger(labelDelayMilliseconds: 7 * day)
        var accumulator = BucketAccumulator(schema: testSchema)
        let terminal = StableHash.entity(name: "terminal", key: "t")
        _ = accumulator.add(label("a", fraud: true, knownAt: 10 * hour))
        let closed = accumulator.add(transaction("b", at: 11 * hour))
        if let closed { ledger.apply(closed) }
        #expect(closed?.labels.count == 1)
        #expect(ledger.risk(of: terminal, at: EventTime(milliseconds: 11 * hour - 1)).frauds[0] == 0)
        #expect(ledger.risk(of: terminal, at: EventTime(milliseconds: 11 * hour)).frauds[0] == 1)
    }

    @Test func theLeastAmountOfARunOfFraudsIsKnown() {
        var accumulator = BucketAccumulator(schema: testSchema)
        let labels = [(true, 5.0), (false, 1), (true, 300), (true, 40), (true, 90)]
        let terminal = StableHash.entity(name: "terminal", key: "t")
        var ledger = EntityLedger(labelDelayMilliseconds: 7 * day)
        var seen: [Float] = []
        for (index, (fraud, amount)) in labels.enumerated() {
            let known = Int64(index + 1) * hour
            _ = accumulator.add(label("\(index)", fraud: fraud, knownAt: known, amount: amount))
            if let closed = accumulator.advance(to: EventTime(milliseconds: known + hour)) { ledger.apply(closed) }
            seen.append(ledger.risk(of: terminal, at: EventTime(milliseconds: known + hour)).fraudRunAmount)
        }
        #expect(seen[0] == 5 && seen[1].isNaN && seen[2...] == [300, 40, 40])
    }

    @Test func lateEventsCountInTheOpenBucket() {
        var accumulator = BucketAccumulator(schema: testSchema)
        #expect(accumulator.add(transaction("a", at: 5 * hour)) == nil)
        #expect(accumulator.add(transaction("b", at: 2 * hour)) == nil)
        #expect(accumulator.add(transaction("c", at: 5 * hour, terminal: nil)) == nil)
        let terminal = StableHash.entity(name: "terminal", key: "t")
        #expect(accumulator.open == EntityBucketPart(bucket: 5, counts: [terminal: 2]))
        #expect(accumulator.advance(to: EventTime(milliseconds: 9 * hour))?.counts == [terminal: 2])
        #expect(accumulator.open == EntityBucketPart(bucket: 9))
        #expect(accumulator.close() == nil)
    }
}
