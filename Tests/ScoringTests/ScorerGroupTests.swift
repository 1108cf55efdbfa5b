import Rules
import Scoring
import Sequences
import Testing
import Transactions

/// Whatever the number of scorers, their decisions are those of one.
@Suite struct ScorerGroupTests {
    private let events = ScorerFixture.events(700)
    private var transactions: [Transaction] { events.map(\.transaction) }

    /// A rule with state of the user, so that more than the model has to stay with its scorer.
    private static let rules = """
        velocity:
          spent: {function: sum, of: tx.amount, window: 30d}
        rules:
          - id: spends
            when: velocity.spent > 4000.0
            action: review
            reason: "{velocity.spent}"
        """

    private struct Run {
        let group: ScorerGroup
        let ledger: EntityLedger
        var users: [String: UserState] = [:]

        init(threads: Int, cache: Int = 1 << 30, _ ledger: EntityLedger) throws {
            group = try ScorerGroup(threads: threads, cacheMemoryBytes: cache) {
                try ScorerFixture.scorer(ScorerGroupTests.rules, cache: $0)
            }
            self.ledger = ledger
        }

        mutating func request(_ transaction: Transaction) -> Scorer.Request {
            let user = users[transaction.user] ?? group.newUser()
            users[transaction.user] = user
            return Scorer.Request(transaction: transaction, user: user)
        }

        mutating func score(_ transactions: ArraySlice<Transaction>, by size: Int) throws -> [Scorer.Outcome] {
            try stride(from: transactions.startIndex, to: transactions.endIndex, by: size).flatMap { start in
                let batch = transactions[start..<min(start + size, transactions.endIndex)]
                return try decide(batch.map { request($0) })
            }
        }

        /// Each scorer's requests on a thread of their own.
        private func decide(_ requests: [Scorer.Request]) throws -> [Scorer.Outcome] {
            let parts = (0..<group.threads).map { scorer in
                requests.indices.filter { requests[$0].user.scorer == scorer }
            }
            nonisolated(unsafe) let (group, requests) = (group, requests)
            let decided = ParallelWork.map(count: group.threads, threads: group.threads) { [ledger] scorer in
                Result {
                    var outcomes: [Scorer.Outcome] = []
                    try group.score(
                        parts[scorer].map { requests[$0] }, by: scorer, ledger: ledger, into: &outcomes)
                    return outcomes
                }
            }
            var outcomes = [Scorer.Outcome](repeating: .duplicate, count: requests.count)
            for (part, decided) in zip(parts, decided) {
                for (place, outcome) in zip(part, try decided.get()) { outcomes[place] = outcome }
            }
            return outcomes
        }
    }

    private func expected() throws -> [Scorer.Outcome] {
        var run = ScorerRun(try ScorerFixture.scorer(Self.rules), ScorerFixture.ledger(events))
        let outcomes = try run.score(transactions)
        let hits = outcomes.count { $0.decision?.hits.isEmpty == false }
        #expect(hits > 20 && hits < 680)
        return outcomes
    }

    @Test(arguments: [1, 2, 3, 16], [1, 63, 64, 700])
    func decisionsDoNotDependOnThreads(threads: Int, size: Int) throws {
        var run = try Run(threads: threads, ScorerFixture.ledger(events))
        #expect(try run.score(transactions[...], by: size) == expected())
    }

    @Test func restoredAndAbsorbedUsersStayWithTheirScorers() throws {
        let whole = try expected()
        var run = try Run(threads: 3, ScorerFixture.ledger(events))
        for transaction in transactions[..<250] { run.group.absorb(run.request(transaction), ledger: run.ledger) }
        #expect(try run.score(transactions[250..<500], by: 100) == Array(whole[250..<500]))
        run.group.release(run.users.values)
        #expect(run.group.hotBytes == 0)
        for (name, state) in run.users {
            run.users[name] = run.group.user(
                from: state.packedHistory, profile: state.profile, newestOffset: state.newestOffset)
        }
        #expect(try run.score(transactions[500...], by: 100) == Array(whole[500...]))
    }

    @Test func theBoundOnMemoryIsTheGroups() throws {
        let bound = 8000
        var run = try Run(threads: 2, cache: bound, ScorerFixture.ledger(events))
        #expect(try run.score(transactions[...], by: 64) == expected())
        #expect(run.group.hotBytes <= bound)
    }

    @Test func anotherModelAndOtherRulesReachEveryScorer() throws {
        var run = try Run(threads: 3, ScorerFixture.ledger(events))
        _ = try run.score(transactions[..<300], by: 100)
        try run.group.swap(model: ScorerFixture.model(seed: 6))
        run.group.replaceRules(.empty(schema: ScorerFixture.schema))
        var single = ScorerRun(try ScorerFixture.scorer(seed: 6), ScorerFixture.ledger(events))
        let whole = try single.score(transactions)
        let scores = try run.score(transactions[300...], by: 100).map { $0.decision?.modelScore }
        #expect(scores == whole[300...].map { $0.decision?.modelScore })
        #expect(run.group.rules.rules.isEmpty)
    }
}
