import Rules
import Sequences
import Testing
import Transactions

@testable import Scoring

@Suite struct ScorerReasonTests {
    private let events = ScorerFixture.events(700)

    private func decisions(_ threshold: Float = 0.5) throws -> [Decision] {
        var run = ScorerRun(
            try ScorerFixture.scorer(thresholds: Thresholds(review: threshold)), ScorerFixture.ledger(events))
        return try run.score(events.map(\.transaction)).compactMap(\.decision)
    }

    @Test func onlyFlaggedEventsHaveReasonsSortedAndWithoutZeroes() throws {
        let decisions = try decisions()
        #expect(decisions.allSatisfy { $0.disposition != .allow || $0.reasons.isEmpty })
        #expect(decisions.contains { $0.reasons.count > 2 })
        for decision in decisions {
            let contributions = decision.reasons.map(\.contribution)
            #expect(contributions == contributions.sorted(by: >) && contributions.allSatisfy { $0 > 0 })
            #expect((contributions.last ?? 1) >= (contributions.first ?? 1) * 0.05)
            #expect(contributions.count <= 4 && Set(decision.reasons.map(\.feature)).count == contributions.count)
        }
        #expect(try self.decisions() == decisions)
    }

    @Test func reasonsSpeakOfWhatAnAnalystKnows() throws {
        let names: Set = [
            "amount", "user activity", "time of day", "weekday", "category", "distance_km", "terminal history",
            "terminal traffic", "category recurrence",
        ]
        let reasons = try decisions(0).flatMap(\.reasons)
        #expect(Set(reasons.map(\.feature)) == names)
        #expect(!reasons.contains { $0.value.contains("unknown") || $0.value.contains("nan") })
    }

    /// Every phrase seen of a feature over single events of one user after a fixed past.
    private func phrase(
        _ feature: String, after past: [Transaction] = [], of transaction: Transaction,
        ledger: EntityLedger? = nil
    ) throws -> String? {
        // The sign of a contribution is the random model's whim, so several models are asked.
        for seed in 1...20 {
            let scorer = try Scorer(
                model: ScorerFixture.model(seed: UInt64(seed)), rules: .empty(schema: ScorerFixture.schema),
                thresholds: Thresholds(review: 0))
            var run = ScorerRun(scorer, ledger ?? EntityLedger(schema: ScorerFixture.schema))
            _ = try run.score(past)
            let reasons = try run.score([transaction])[0].decision?.reasons ?? []
            if let reason = reasons.first(where: { $0.feature == feature }) { return reason.value }
        }
        return nil
    }

    @Test func theAmountIsComparedWithTheUsersMedian() throws {
        let past = [40.0, 50, 60].enumerated().map { index, amount in
            ScorerFixture.transaction("p\(index)", at: Int64(index) * ScorerFixture.day, amount: amount)
        }
        func amount(_ amount: Double, after past: [Transaction]) throws -> String? {
            try phrase("amount", after: past, of: ScorerFixture.transaction(amount: amount))
        }
        #expect(try amount(310, after: past) == "310.00, 6.2 × the user's median")
        #expect(try amount(5, after: past) == "5.00, 0.1 × the user's median")
        #expect(try amount(-20, after: past) == "-20.00, the user's median is 50.00")
        #expect(try amount(312.5, after: []) == "312.50")
        #expect(try amount(1e300, after: past) == "1e+300")
    }

    @Test func theUsersActivityIsCounted() throws {
        let past = (0..<40).map {
            ScorerFixture.transaction("p\($0)", at: Int64($0) * ScorerFixture.hour / 4)
        }
        let next = ScorerFixture.transaction(at: (past.last?.time.milliseconds ?? 0) + 4 * 60_000)
        #expect(try phrase("user activity", of: next) == "the user's first transaction")
        #expect(
            try phrase("user activity", after: Array(past.suffix(3)), of: next)
                == "4 min after the last transaction, 3 in the hour before, 3 in 24 h")
        #expect(
            try phrase("user activity", after: past, of: next)
                == "4 min after the last transaction, 4 in the hour before, at least 32 in 24 h")
    }

    @Test func declaredFeaturesShowTheirOwnValues() throws {
        let far = ScorerFixture.transaction(features: [.text("casino"), .number(848.4)])
        #expect(try phrase("distance_km", of: far) == "848 km")
        #expect(try phrase("category", of: far) == "casino, new to the model")
        // One of the two is not the usual category, so it can be a reason.
        let known = try ["c1", "c2"].compactMap {
            try phrase("category", of: ScorerFixture.transaction(features: [.text($0), .missing]))
        }
        #expect(!known.isEmpty && Set(known).isSubset(of: ["c1", "c2"]))
    }

    @Test func recurringCategoriesAreCounted() throws {
        func event(_ id: String, hours: Int64, _ category: FeatureValue) -> Transaction {
            ScorerFixture.transaction(id, at: hours * ScorerFixture.hour, features: [category, .missing])
        }
        let past = [0, 30, 200, 210].map { event("p\($0)", hours: $0, .text($0 == 210 ? "c2" : "c1")) }
        func recurrence(_ category: FeatureValue) throws -> String? {
            try phrase("category recurrence", after: past, of: event("now", hours: 220, category))
        }
        #expect(try recurrence(.text("c2")) == "1 time in 7 days, last 10.0 h before")
        #expect(try recurrence(.text("casino")) == "not among the user's last 32 transactions")
        let common = try recurrence(.text("c1"))
        #expect(common == nil || common == "1 time in 7 days, last 20.0 h before")
    }

    @Test func aTerminalsHistoryIsToldInWords() throws {
        let terminal = StableHash.entity(name: "terminal", key: "t1")
        let now = 41 * ScorerFixture.day
        func ledger(_ labels: [Bool], count: UInt32 = 5) -> EntityLedger {
            var ledger = EntityLedger(schema: ScorerFixture.schema)
            // Ten days old: labelled within the last week, as the delay is a week.
            let bucket = (now - 10 * ScorerFixture.day) / ScorerFixture.hour
            ledger.apply(EntityBucketPart(bucket: bucket, counts: [terminal: count]))
            let known = labels.enumerated().map { index, fraud in
                EntityLabel(entity: terminal, knownAt: now - ScorerFixture.day - 3_600_000 + Int64(index), fraud: fraud)
            }
            ledger.apply(EntityBucketPart(bucket: (now - ScorerFixture.day) / ScorerFixture.hour - 1, labels: known))
            return ledger
        }
        func history(_ ledger: EntityLedger, entities: [String?] = ["t1", "d"]) throws -> String? {
            try phrase("terminal history", of: ScorerFixture.transaction(entities: entities), ledger: ledger)
        }
        #expect(
            try history(ledger([false, false, true, true, true]))
                == "3 of the last 3 known labels fraud, 60 % fraud in 7 days, last fraud confirmed 25.0 h before")
        #expect(try history(ledger([false])) == "its one known label genuine, 0 % fraud in 7 days")
        #expect(try history(EntityLedger(schema: ScorerFixture.schema)) == "no label known")
        #expect(try history(ledger([true]), entities: [nil, nil]) == "none named")
    }

    @Test func whatIsNoNumberIsNoReason() {
        func strongest(_ occluded: [Float]) -> [Int] { Scorer.strongest(2, occluded: occluded).map(\.place) }
        #expect(strongest([1, .nan, -.infinity, 0, .infinity, 1.95, 3]) == [3, 0])
        #expect(strongest([-.greatestFiniteMagnitude, 1]) == [0])
        #expect(strongest([.nan, -.infinity]) == [])
    }
}
