import Foundation
import Scoring
import Sequences
import Synchronization
import Testing
import Transactions
import Transformer

/// What a scorer does for hours on end: no allocation, and the same bits however the work is shared out or held.
@Suite(.serialized) struct ScorerSteadyStateTests {
    private let events = ScorerFixture.events(700)
    private var transactions: [Transaction] { events.map(\.transaction) }
    private let ledger = ScorerFixture.ledger(ScorerFixture.events(700))

    /// Only where the compiler optimises: elsewhere it puts on the heap what it keeps on the stack here.
    @Test(.enabled(if: !_isDebugAssertConfiguration()))
    func hotUsersAreScoredWithoutAllocating() throws {
        let rules = """
            rules:
              - { id: large, when: "tx.amount > 1000000.0", action: review, priority: 1, reason: large }
            """
        var run = ScorerRun(try ScorerFixture.scorer(rules, thresholds: Thresholds(review: 2)), ledger)
        _ = try run.score(transactions, by: 64)
        let late = transactions.map { transaction in
            var later = transaction
            later.id += "b"
            return later
        }
        var outcomes: [Scorer.Outcome] = []
        for size in [1, 64] {
            for start in stride(from: size == 1 ? 0 : 200, to: size == 1 ? 100 : 600, by: size) {
                let requests = late[start..<start + size].map { run.request($0) }
                // The first batch of a size may make room.
                let isFirst = start == 0 || start == 200
                let count = try AllocationCount.during {
                    try run.scorer.score(requests, ledger: ledger, into: &outcomes)
                }
                if !isFirst { #expect(count == 0, "\(count) allocations in a batch of \(size) from \(start)") }
            }
        }
        var grown: [Int] = []
        #expect(AllocationCount.during { grown.append(outcomes.count) } > 0)
    }

    @Test(arguments: [CachePrecision.bf16, .int8])
    func roundedCachesDependOnNothingElse(precision: CachePrecision) throws {
        var whole = ScorerRun(try ScorerFixture.scorer(precision: precision), ledger)
        let expected = try whole.score(transactions)
        var exact = ScorerRun(try ScorerFixture.scorer(), ledger)
        let unrounded = try exact.score(transactions)
        #expect(expected != unrounded)
        // The fixture's weights are three times what training starts from: rounding shows, but not on the whole.
        let differences = zip(expected, unrounded).map { left, right in
            abs((left.decision?.modelScore ?? 0) - (right.decision?.modelScore ?? 1))
        }
        #expect(differences.reduce(0, +) / Float(differences.count) < 0.02)
        for (size, bytes) in [(1, 1 << 30), (3, 0), (7, 4000), (64, 1 << 30)] {
            var run = ScorerRun(try ScorerFixture.scorer(cache: bytes, precision: precision), ledger)
            #expect(try run.score(transactions, by: size) == expected, "batches of \(size), \(bytes) bytes")
        }
    }

    @Test(arguments: [1, 2, 3]) func decisionsDoNotDependOnThreads(threads: Int) throws {
        var whole = ScorerRun(try ScorerFixture.scorer(precision: .int8), ledger)
        let expected = try whole.score(transactions)
        let scored = Mutex<[String: Scorer.Outcome]>([:])
        let failures = Mutex<[any Error]>([])
        let transactions = transactions
        let ledger = ledger
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            do {
                var run = ScorerRun(try ScorerFixture.scorer(precision: .int8), ledger)
                let own = transactions.filter { $0.user.utf8.reduce(0) { $0 + Int($1) } % threads == thread }
                let outcomes = try run.score(own, by: 5)
                scored.withLock { all in for (one, outcome) in zip(own, outcomes) { all[one.id] = outcome } }
            } catch { failures.withLock { $0.append(error) } }
        }
        #expect(failures.withLock { $0.isEmpty })
        #expect(scored.withLock { all in transactions.map { all[$0.id] } } == expected)
    }

    /// After a swap users are scored as if the new model had been there from the start.
    @Test func aSwappedModelFindsItsUsersHistories() throws {
        var always = ScorerRun(try ScorerFixture.scorer(seed: 9), ledger)
        let expected = try always.score(transactions)
        var run = ScorerRun(try ScorerFixture.scorer(), ledger)
        #expect(try run.score(transactions[..<333]) != Array(expected[..<333]))
        let new = try ScorerFixture.model(seed: 9)
        try run.scorer.swap(model: new)
        #expect(run.scorer.model.hash == new.hash)
        #expect(try run.score(Array(transactions[333...]), by: 20) == Array(expected[333...]))
    }

    @Test func aModelOfAnotherSchemaIsRefused() throws {
        let scorer = try ScorerFixture.scorer()
        var schema = ScorerFixture.schema
        schema.labelDelayMilliseconds += 1
        let old = scorer.model
        let encoder = try Encoder(schema: schema, fields: old.encoder.fields)
        let other = try Model(configuration: old.configuration, parameters: old.parameters, encoder: encoder)
        #expect(throws: ModelFault.self) { try scorer.swap(model: other) }
        #expect(scorer.model.hash == old.hash)
    }
}
