import Kafka
import Scoring
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
}
