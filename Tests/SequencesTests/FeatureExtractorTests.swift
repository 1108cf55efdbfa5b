import Foundation
import Sequences
import Testing
import Transactions

@Suite struct FeatureExtractorTests {
    private let extractor = FeatureExtractor(schema: testSchema)

    private func value(_ raw: [UInt32], _ name: String) -> Float {
        extractor.names.firstIndex(of: name).map { Float(bitPattern: raw[$0]) } ?? .infinity
    }

    @Test func userFeaturesLookBackAndNeverAtTheEventItself() {
        var history = UserHistory(rawCount: extractor.rawCount, capacity: 40)
        let ledger = EntityLedger(schema: testSchema)
        let token = [UInt32](repeating: 0, count: extractor.rawCount)
        let first = extractor.raw(transaction("a", at: 90 * hour, amount: 20), history, ledger)
        #expect(value(first, "time_since_last").isNaN && value(first, "amount_to_median").isNaN)
        #expect(value(first, "count_24h") == 0)
        for (index, amount) in [10.0, 20, 60].enumerated() {
            history.append(raw: token, at: Int64(90 * hour) + Int64(index) * 40 * 60_000, id: 1, amount: amount)
        }
        // 1970-01-04T20:30 was a Sunday.
        let raw = extractor.raw(transaction("b", at: 92 * hour + hour / 2, amount: 50), history, ledger)
        #expect(value(raw, "amount") == 50)
        #expect(value(raw, "time_since_last") == 70 * 60)
        #expect(value(raw, "hour") == 20.5)
        #expect(value(raw, "weekday") == 6)
        #expect(abs(value(raw, "amount_to_median") - log(51 / 21)) < 1e-6)
        let deviation = Float((400.0 + 100 + 900) / 3).squareRoot()
        #expect(abs(value(raw, "amount_z") - 20 / deviation) < 1e-5)
        #expect(value(raw, "count_1h") == 0 && value(raw, "count_24h") == 3)
        #expect(value(raw, "population") == 1000)
    }

    /// Against a recount of all events, within and beyond the 32 that are looked back on, of histories that hold fewer too.
    /// A history that is readied for it, packed and opened in between, gives the same.
    @Test(arguments: [1, 12, 32, 40, 100]) func categoriesAreCountedAmongTheLastTransactions(capacity: Int) {
        var generator = SeededGenerator(state: 11)
        var history = UserHistory(rawCount: extractor.rawCount, capacity: capacity)
        var readied = history
        let ledger = EntityLedger(schema: testSchema)
        var past: [(category: String?, time: Int64)] = []
        var (seen, counted) = (0, 0)
        for event in 0..<300 {
            let category = [nil, "a", "b", "b", "b", "rare"].randomElement(using: &generator) ?? nil
            let time = (past.last?.time ?? 0) + Int64.random(in: 0...8 * hour, using: &generator)
            let own = transaction(
                "\(event)", at: time, category: category.map { .text($0) } ?? .missing)
            let raw = extractor.raw(own, history, ledger)
            if event % 70 == 0 {
                readied = PackedHistory(readied).unpacked(rawCount: extractor.rawCount, capacity: capacity)
                extractor.ready(&readied)
            }
            #expect(extractor.raw(own, readied, ledger) == raw)
            let same = past.suffix(min(32, capacity)).filter { $0.category == category }
            let (count, since) = (value(raw, "category.same_7d"), value(raw, "category.since_same"))
            if category == nil {
                #expect(count.isNaN && since.isNaN)
            } else {
                #expect(count == Float(same.count { time - $0.time < 7 * day }))
                #expect(same.isEmpty ? since.isNaN : since == Float(Double(time - (same.last?.time ?? 0)) / 1000))
                seen += same.isEmpty ? 0 : 1
                counted += Int(count)
            }
            history.append(raw: raw, at: time, id: UInt64(event), amount: 1)
            readied.append(raw: raw, at: time, id: UInt64(event), amount: 1)
            past.append((category, time))
        }
        #expect(seen > 60 && counted > 60)
    }

    @Test func anUnknownEntityDiffersFromAMissingOne() {
        let history = UserHistory(rawCount: extractor.rawCount, capacity: 4)
        let ledger = EntityLedger(schema: testSchema)
        let unknown = extractor.raw(transaction("a", at: 0), history, ledger)
        let missing = extractor.raw(transaction("a", at: 0, terminal: nil), history, ledger)
        #expect(value(unknown, "terminal.recent_7d") == 0 && value(unknown, "terminal.fraud_share_1d").isNaN)
        #expect(value(missing, "terminal.recent_7d").isNaN)
        #expect(!extractor.names.contains { $0.hasPrefix("device") })
    }

    @Test func extremesStayFinite() {
        var history = UserHistory(rawCount: extractor.rawCount, capacity: 4)
        let ledger = EntityLedger(schema: testSchema)
        let yearOne: Int64 = -62_135_596_800_000
        for (index, amount) in [1e300, -1e300, 0, 5].enumerated() {
            for time in [yearOne, .max, .min, 0] {
                let event = transaction("x\(index)", at: time, amount: amount, category: .missing)
                let raw = extractor.raw(event, history, ledger)
                #expect(raw.allSatisfy { !Float(bitPattern: $0).isInfinite })
                history.append(raw: raw, at: time, id: UInt64(index), amount: amount)
            }
        }
    }

    @Test func analystsReadUnits() {
        func text(_ name: String, _ value: Float) -> String {
            let index = extractor.names.firstIndex(of: name) ?? -1
            return extractor.format(value.bitPattern, feature: index)
        }
        #expect(text("amount", 84.2) == "84.20")
        #expect(text("time_since_last", 11_520) == "3.2 h")
        #expect(text("hour", 20.5) == "20:30")
        #expect(text("amount_to_median", log(2)) == "×2.00")
        #expect(text("terminal.fraud_share_7d", 0.125) == "12.5 %")
        #expect(text("terminal.fraud_share_7d", .nan) == "unknown")
        let event = transaction("a", at: 0)
        let index = extractor.names.firstIndex(of: "category") ?? -1
        #expect(extractor.format(StableHash.category("food"), feature: index, of: event) == "food")
    }
}
