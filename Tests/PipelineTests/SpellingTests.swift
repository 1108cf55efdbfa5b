import Kafka
import Rules
import Scoring
import Sequences
import Testing
import Transactions

@testable import Pipeline

/// Two Unicode spellings of one text are two users, even where pseudonyms are plain ids.
@Suite struct SpellingTests {
    private let spellings = ["\u{e9}", "e\u{301}"]
    private let input = TopicPartition(topic: "transactions", partition: 0)

    private func scorer() throws -> Scorer {
        try Scorer(
            model: SmallModel.shared.get(), rules: .empty(schema: SmallModel.schema), cacheMemoryBytes: 1 << 20)
    }

    @Test func aWorkerRestoresAndForgetsEachByItself() throws {
        let scorer = ScorerGroup(try scorer())
        let empty = UserHistory(rawCount: FeatureExtractor(schema: SmallModel.schema).rawCount, capacity: 7)
        var claim = InputClaim(input: input, kind: .transactions, epoch: 2, nextOffset: 10, restoreOffset: 10)
        for (number, user) in spellings.enumerated() {
            claim.restored.users[Text(user)] = RestoredState.User(
                history: PackedHistory(empty), offset: Int64(number), epoch: Int64(number))
        }
        let worker = InputWorker(claim: claim, source: 0, backlog: Backlog(), schema: SmallModel.schema)
        let numbers = spellings.map {
            worker.add($0, hash: StableHash.identifier($0), pseudonym: $0, scorer: scorer)
        }
        #expect(numbers.map { worker.users[$0].state.newestOffset } == [0, 1])
        let gone = Text(spellings[1])
        #expect(worker.ids(of: [gone]).map(\.utf8.count) == [3])
        #expect(worker.forget([gone], scorer: scorer) == [gone: [1, 2]])
        #expect(worker.users.entries.map(\.id.utf8.count) == [2])
    }

    @Test func aShadowKeepsThemApart() throws {
        let (scorer, shadow) = (try scorer(), ShadowModel(name: "shadow", scorer: try scorer()))
        let batch = ScoringBatch(ScorerGroup(scorer))
        for (number, user) in spellings.enumerated() {
            let transaction = Transaction(
                id: "x", user: user, time: EventTime(milliseconds: Feeds.start), amount: 1, entities: ["t"],
                features: [.text("food")])
            batch.append(
                Scorer.Request(transaction: transaction, user: scorer.newUser()),
                ScoringBatch.Source(worker: 0, offset: Int64(number), user: number))
        }
        shadow.take(batch) { _ in input }
        let outcomes = try shadow.score(EntityLedger(schema: SmallModel.schema)).get()
        #expect(outcomes.count == 2 && !outcomes.contains(.duplicate))
    }
}
