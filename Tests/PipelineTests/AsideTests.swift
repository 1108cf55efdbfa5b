import Kafka
import Rules
import Scoring
import Sequences
import Testing
import Transactions

@testable import Pipeline

/// Batches that are decided on while the next events are admitted.
struct AsideTests {
    private struct Unscorable: Error {}

    private static let flagSome = """
        rules:
          - {id: large, when: "tx.amount > 90.0", action: review}
        """

    /// More than three batches in one bucket, and some after it, of two inputs.
    private static let feeds: [TopicPartition: [Transaction]] = {
        var random = SeededGenerator(seed: 11)
        var feeds: [TopicPartition: [Transaction]] = [:]
        for number in 0..<9000 {
            let user = Int.random(in: 0..<60, using: &random)
            let transaction = Feeds.transaction(
                "x\(number)", user: "u\(user)", at: Int64(number) * 500,
                amount: Double.random(in: 1..<100, using: &random),
                terminal: "t\(Int.random(in: 0..<9, using: &random))")
            feeds[Feeds.input(Int32(user % 2)), default: []].append(transaction)
        }
        return feeds
    }()

    private static let alone = Result {
        try ProcessorRun.decide(feeds.mapValues { Feeds.events($0) }, rules: flagSome, threads: 1).decisions()
    }

    @Test(arguments: [2, 3]) func decidesAsOneThreadDoes(threads: Int) throws {
        let output = try ProcessorRun.decide(
            Self.feeds.mapValues { Feeds.events($0) }, rules: Self.flagSome, threads: threads)
        let alone = try Self.alone.get()
        #expect(alone.count > 500 && output.decisions() == alone)
    }

    @Test(arguments: [40, 2000]) func whatFailsAsideIsTriedAgainWithAllThatWasAdmittedSince(poisoned: Int) throws {
        let input = Feeds.input(0)
        // Those of one bucket: a later one would count the poisoned event, undecided or not.
        let transactions = try #require(Self.feeds[input]).filter {
            $0.time < EventTime(milliseconds: Feeds.start + 3_600_000)
        }
        let id = transactions[poisoned].id
        let run = try ProcessorRun(
            rules: Self.flagSome,
            check: { requests, _ in if requests.contains(where: { $0.transaction.id == id }) { throw Unscorable() } },
            claimAgain: { request, inbox in
                var claim = InputClaim.new(input)
                claim.epoch = (request.epochs[input] ?? 0) + 1
                inbox.sendNow(.claimed([claim], backlogs: [:]))
                let events = Feeds.events(transactions)
                inbox.sendNow(
                    .events(IncomingBatch(input: input, epoch: claim.epoch, events: events, end: Int64(events.count))))
            })
        run.claim([.new(input)])
        run.send(input, Feeds.events(transactions), isLast: true)
        let output = try run.finish { $0.positions[input] == Int64(transactions.count) }

        #expect(output.units.flatMap(\.poisoned).map(\.offset) == [Int64(poisoned)])
        let calm = try ProcessorRun.decide(
            [input: Feeds.events(transactions.filter { $0.id != id })], rules: Self.flagSome, threads: 1)
        #expect(output.decisions() == calm.decisions())
    }

    /// Also without a thread that helps: then all is done by the one that waits.
    @Test(arguments: [0, 1, 3]) func aScorersBatchesAreDecidedOnInTheirOrder(helpers: Int) throws {
        let transactions = try #require(Self.feeds[Feeds.input(0)]).prefix(900)
        let rules = try RuleSet.load(text: Self.flagSome, schema: SmallModel.schema)
        let ledger = EntityLedger(schema: SmallModel.schema)
        func group(_ threads: Int) throws -> ScorerGroup {
            try ScorerGroup(threads: threads, cacheMemoryBytes: 1 << 30) {
                try Scorer(model: SmallModel.shared.get(), rules: rules, cacheMemoryBytes: $0)
            }
        }
        func batches(_ group: ScorerGroup) -> [ScoringBatch] {
            var users: [String: UserState] = [:]
            return stride(from: 0, to: transactions.count, by: 300).map { start in
                let batch = ScoringBatch(group)
                for transaction in transactions[start..<start + 300] {
                    let user = users[transaction.user] ?? group.newUser()
                    users[transaction.user] = user
                    batch.append(
                        Scorer.Request(transaction: transaction, user: user),
                        ScoringBatch.Source(worker: 0, offset: 0, user: 0))
                }
                batch.begin(ledger)
                return batch
            }
        }
        func outcomes(_ batches: [ScoringBatch]) -> [Scorer.Outcome] {
            var outcomes: [Scorer.Outcome] = []
            for batch in batches { batch.forEach { part, index, _ in outcomes.append(part.outcomes[index]) } }
            return outcomes
        }
        let alone = batches(try group(1))
        for batch in alone { batch.decideAll() }
        let (crew, shared) = (ScoringCrew(), batches(try group(2)))
        crew.begin(helpers: helpers)
        defer { crew.end() }
        for batch in shared { crew.start(batch) }
        for batch in shared { crew.finish(batch) }
        #expect(outcomes(alone).count == 900 && outcomes(shared) == outcomes(alone))
    }
}
