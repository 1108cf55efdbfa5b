import Kafka
import Rules
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

@testable import Pipeline

/// Events that make scoring fail.
struct PoisonTests {
    private struct Unscorable: Error {}

    private static let input = Feeds.input(0)
    private static let total = 24
    private static let poisoned: Int64 = 7

    /// Three users' transactions; one of them no model can score.
    private static var transactions: [Transaction] {
        (0..<total).map { number in
            Feeds.transaction(
                number == Int(poisoned) ? "poison" : "t\(number)", user: "u\(number % 3)", at: Int64(number) * 60_000)
        }
    }

    /// As late as a model could fail: the histories hold the batch already.
    private static func failing(_ requests: [Scorer.Request], _ outcomes: [Scorer.Outcome]) throws {
        if requests.contains(where: { $0.transaction.id == "poison" }) { throw Unscorable() }
    }

    /// What the intake does: the inputs come again under a new epoch, suspects whole.
    private static func claimAgain(
        _ request: CommittedOffsets.ClaimAgain, _ inbox: BoundedQueue<ProcessorMessage>
    ) {
        var claim = InputClaim.new(input)
        claim.epoch = (request.epochs[input] ?? 0) + 1
        inbox.sendNow(.claimed([claim], backlogs: [:]))
        var events = Feeds.events(transactions)
        for index in events.indices where request.suspects[input]?.contains(events[index].offset) == true {
            events[index].original = OriginalRecord(key: [1], value: [2, UInt8(index)], timestamp: 3)
        }
        inbox.sendNow(
            .events(IncomingBatch(input: input, epoch: claim.epoch, events: events, end: Int64(events.count))))
    }

    @Test func aPoisonedEventIsSetAsideAndTheOthersAreDecidedAsIfItHadNeverBeen() throws {
        let run = try ProcessorRun(check: Self.failing, claimAgain: Self.claimAgain)
        run.claim([.new(Self.input)])
        run.send(Self.input, Feeds.events(Self.transactions), isLast: true)
        let output = try run.finish { $0.positions[Self.input] == Int64(Self.total) }

        let letters = output.units.flatMap(\.deadLetters)
        #expect(letters.map(\.source.offset) == [Self.poisoned] && letters.map(\.fault.kind) == [.scoringFailed])
        #expect(letters.first?.original.value == [2, UInt8(Self.poisoned)])
        #expect(output.units.flatMap(\.poisoned).map(\.offset) == [Self.poisoned])
        let counts = output.counts(of: Self.input)
        #expect(counts.scored == Int64(Self.total) - 1 && counts.deadLettered == 1)

        let without = Self.transactions.filter { $0.id != "poison" }
        let calm = try ProcessorRun.decide([Self.input: Feeds.events(without)])
        #expect(output.decisions() == calm.decisions() && output.alerts.count == Self.total - 1)
    }

    @Test func aRestartLeavesItOutOfTheHistory() throws {
        var claim = InputClaim.new(Self.input)
        // Everything but the last three was decided before; the restart reads it again.
        claim.nextOffset = Int64(Self.total) - 3
        claim.poisoned = [Self.poisoned]
        let without = Self.transactions.filter { $0.id != "poison" }
        let calm = try ProcessorRun.decide([Self.input: Feeds.events(without)]).decisions()
        for (offset, transaction) in Self.transactions.enumerated() {
            claim.decisions[Int64(offset)] = calm[transaction.id]?.disposition
        }
        let run = try ProcessorRun()
        run.claim([claim])
        run.send(Self.input, Feeds.events(Self.transactions), isLast: true)
        let output = try run.finish { $0.positions[Self.input] == Int64(Self.total) }
        #expect(output.alerts.count == 3)
        for (id, decision) in output.decisions() { #expect(decision == calm[id]) }
    }

    /// Weights that are all numbers and still give none.
    @Test func aScoreThatIsNoNumberIsAFault() throws {
        let small = try SmallModel.shared.get()
        let parameters = small.parameters.copy()
        parameters.values.update(repeating: 3e38)
        let model = try Model(
            configuration: small.configuration, parameters: parameters, encoder: small.encoder, threshold: 1)
        let rules = try RuleSet.load(text: ProcessorRun.flagAll, schema: SmallModel.schema)
        let scorer = try Scorer(model: model, rules: rules)
        let request = Scorer.Request(transaction: Feeds.transaction("t", user: "u", at: 0), user: scorer.newUser())
        #expect(throws: ScoringFault.self) {
            try ScoringFault.check(scorer.score([request], ledger: EntityLedger(schema: SmallModel.schema)))
        }
    }

    @Test func aModelThatScoresNothingEndsTheProcessor() throws {
        let run = try ProcessorRun(check: { _, _ in throw Unscorable() }, claimAgain: Self.endless)
        run.claim([.new(Self.input)])
        run.send(Self.input, Self.endlessEvents, isLast: true)
        #expect(throws: ScoringFault.self) { try run.finish { _ in false } }
    }

    private static var endlessEvents: [IncomingEvent] {
        Feeds.events((0..<300).map { Feeds.transaction("t\($0)", user: "u", at: Int64($0) * 1000) })
    }

    private static func endless(
        _ request: CommittedOffsets.ClaimAgain, _ inbox: BoundedQueue<ProcessorMessage>
    ) {
        var claim = InputClaim.new(input)
        claim.epoch = (request.epochs[input] ?? 0) + 1
        inbox.sendNow(.claimed([claim], backlogs: [:]))
        inbox.sendNow(.events(IncomingBatch(input: input, epoch: claim.epoch, events: endlessEvents, end: 300)))
    }
}
