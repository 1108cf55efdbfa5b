import Kafka
import Logging
import Sequences
import Synchronization
import Testing
import Transactions

@testable import Pipeline

/// What becomes of each event, without Kafka and PostgreSQL.
@Suite(.ownThread) struct ProcessorTests {
    /// A user whom two partitions carry is named once; who is only taken in again, or comes back from a checkpoint, is not.
    @Test func aUserOfTwoPartitionsIsNamed() throws {
        let notes = LogNotes()
        let run = try ProcessorRun(logger: Logger(label: "test") { _ in notes })
        func event(_ user: String, _ number: Int64, at offset: Int64) -> IncomingEvent {
            let transaction = Feeds.transaction("\(user)\(number)", user: user, at: number * 1000)
            return IncomingEvent(offset: offset, payload: .transaction(transaction))
        }
        var second = InputClaim.new(Feeds.input(1))
        second.nextOffset = 1
        let empty = UserHistory(rawCount: FeatureExtractor(schema: SmallModel.schema).rawCount, capacity: 7)
        second.restored.users[Text("kept")] = RestoredState.User(history: PackedHistory(empty), offset: 0)
        run.claim([.new(Feeds.input(0))])
        run.send(Feeds.input(0), (0..<3).map { event(["a", "kept", "both"][Int($0)], $0, at: $0) }, isLast: true)
        try wait("decided") { run.soFar.positions[Feeds.input(0)] == 3 }
        run.claim([second])
        let later = [event("a", 3, at: 0), event("both", 4, at: 1), event("kept", 5, at: 2), event("both", 6, at: 3)]
        run.send(Feeds.input(1), later, isLast: true)
        let output = try run.finish { $0.positions[Feeds.input(1)] == 4 }
        #expect(output.counts(of: Feeds.input(1)).scored == 3)
        let told = notes.metadata(of: "Two partitions carry one user")
        #expect(told.map { $0["user"] } == ["both"])
        #expect(told.first?["source"] == "\(Feeds.input(1))@1" && told.first?["before"] == "\(Feeds.input(0))")
    }

    let input = Feeds.input(0)

    /// Also checks, in `ProcessorRun.record`, that the counts of each step add up to its offsets.
    @Test func everyOffsetHasOneFate() throws {
        var events = Feeds.events((0..<20).map { Feeds.transaction("x\($0)", at: Int64($0) * 1000) })
        events.append(IncomingEvent(offset: 25, payload: .transaction(Feeds.transaction("x20", at: 30_000))))
        events.append(Feeds.fault(at: 26, [1, 2]))
        events.append(IncomingEvent(offset: 29, payload: .transaction(Feeds.transaction("x21", at: 10_000))))
        events.append(IncomingEvent(offset: 30, payload: .transaction(Feeds.transaction("x20", at: 31_000))))
        events.append(IncomingEvent(offset: 31, payload: .transaction(Feeds.transaction("new", user: "u2", at: 5))))
        let output = try ProcessorRun.decide([input: events])
        let counts = output.counts(of: input)
        #expect(counts == EventCounts(scored: 23, duplicates: 1, deadLettered: 1, gaps: 7, late: 1))
        let last = try #require(output.alerts.last)
        #expect(last.transaction.user == "u2" && last.source.offset == 31 && last.id == last.source.alertID)
    }

    @Test func deadLettersKeepCoordinatesAndBytes() throws {
        let garbage: [UInt8] = [0, 255, 10, 13, 34]
        let events = [Feeds.fault(at: 0, garbage), Feeds.fault(at: 1, nil), Feeds.fault(at: 2, [])]
        let letters = try ProcessorRun.decide([input: events]).units.flatMap(\.deadLetters)
        #expect(letters.map(\.original.value) == [garbage, nil, []])
        #expect(
            letters.allSatisfy { $0.original.key == [7] && $0.original.timestamp == 5 && $0.fault.kind == .malformed })
        #expect(
            letters.map(\.source) == (0..<3).map { SourceCoordinates(topic: "transactions", partition: 0, offset: $0) })
    }

    @Test func duplicatesAreScoredOnceWithinAndAcrossBatches() throws {
        let run = try ProcessorRun()
        run.claim([.new(input)])
        let transactions = ["a", "b", "a", "c", "c"].enumerated().map {
            Feeds.transaction($0.element, at: Int64($0.offset) * 1000)
        }
        run.send(input, Feeds.events(transactions), isLast: true)
        try wait("first batch decided") { run.soFar.positions[input] == 5 }
        // The same ids of another user are other transactions.
        let later = [Feeds.transaction("b", at: 9000), Feeds.transaction("a", user: "u2", at: 9000)]
        run.send(input, Feeds.events(later, from: 5), isLast: true)
        let output = try run.finish { $0.positions[input] == 7 }
        #expect(output.counts(of: input) == EventCounts(scored: 4, duplicates: 3))
        #expect(output.alerts.map(\.source.offset) == [0, 1, 3, 6])
    }

    /// One batch of one user takes 10,000 waves of the model; the scores are those of single events.
    @Test func oneUserTenThousandTimesInOneBatch() throws {
        let rules = "rules:\n  - id: high\n    when: tx.amount > 990.0\n    action: review\n"
        let events = Feeds.events(
            (0..<10_000).map { number in
                Feeds.transaction("x\(number)", at: Int64(number) * 60_000, amount: Double(number % 1000))
            })
        let whole = try ProcessorRun.decide([input: events], rules: rules)
        #expect(whole.counts(of: input) == EventCounts(scored: 10_000))
        #expect(whole.alerts.count == 90)
        let run = try ProcessorRun(rules: rules)
        run.claim([.new(input)])
        for first in stride(from: 0, to: 1000, by: 7) {
            run.send(input, Array(events[first..<min(first + 7, 1000)]), isLast: first + 7 >= 1000)
        }
        let single = try run.finish { $0.positions[input] == 1000 }
        #expect(single.alerts.map(\.decision) == whole.alerts.prefix(9).map(\.decision))
    }

    /// Batches read under an earlier claim, or of partitions never claimed, are not this worker's to decide.
    @Test func onlyTheClaimsOwnEventsAreDecided() throws {
        let run = try ProcessorRun()
        run.claim([.new(input)])
        run.send(input, Feeds.events([Feeds.transaction("stale")]), epoch: 7)
        run.send(Feeds.input(3), Feeds.events([Feeds.transaction("foreign")]))
        run.send(input, Feeds.events([Feeds.transaction("own")]), isLast: true)
        let output = try run.finish { $0.positions[input] == 1 }
        #expect(output.alerts.map(\.transaction.id) == ["own"] && output.positions.count == 1)
    }

    @Test func aRevokedPartitionIsHandedOverBeforeAnyoneIsTold() throws {
        let run = try ProcessorRun(collects: false)
        run.claim([.new(input)])
        let backlog = Backlog()
        backlog.add(3)
        run.claim([.new(Feeds.input(1))], backlogs: [Feeds.input(1): backlog])
        run.commits.sendNow(.recover([]))
        run.send(input, [], isLast: true)
        run.send(
            Feeds.input(1), Feeds.events((0..<3).map { Feeds.transaction("x\($0)", at: Int64($0)) }), isLast: true)
        try wait("decided") { backlog.count == 0 }
        let done = Latch()
        run.inbox.sendNow(.revoked([Feeds.input(1)], done: done))
        guard case .recover = run.commits.receive(timeout: 5) else {
            Issue.record("something else came first")
            return
        }
        var steps: [CommitUnit.Step] = []
        var checkpoints: [CommitUnit.Checkpoint] = []
        while let message = run.commits.receive(timeout: 5) {
            #expect(!done.wait(timeout: 0))
            if case .commit(let unit) = message {
                steps += unit.steps
                checkpoints += unit.checkpoints
            }
            guard case .flush(let latch) = message else { continue }
            #expect(latch === done)
            break
        }
        let moving = steps.filter { $0.to > $0.from }
        #expect(moving.map(\.to) == [3] && moving.map(\.input) == [Feeds.input(1)])
        #expect(checkpoints.map(\.offset) == [3] && checkpoints.first?.users.map(\.offset) == [2])
    }

    @Test func nothingOfAFencedPartitionIsCommittedAnyMore() throws {
        let run = try ProcessorRun(collects: false)
        let (fenced, kept) = (Feeds.input(0), Feeds.input(1))
        let backlogs = [fenced: Backlog(), kept: Backlog()]
        for backlog in backlogs.values { backlog.add(6) }
        run.claim([.new(fenced), .new(kept)], backlogs: backlogs)
        // Keeps all that is decided from here on pending.
        run.commits.sendNow(.recover([]))
        for input in [fenced, kept] {
            let transactions = (0..<5).map {
                Feeds.transaction("\(input)x\($0)", user: "\(input)", at: Int64($0) * 1_000_000)
            }
            run.send(input, Feeds.events(transactions) + [Feeds.fault(at: 5)], isLast: true)
        }
        try wait("decided") { backlogs.values.allSatisfy { $0.count == 0 } }
        backlogs[kept]?.add(1)
        // What is said of an earlier claim of the other is old news.
        run.inbox.sendNow(.fenced([fenced: 1, kept: 0]))
        // Its new owner is heard of, so that nobody waits for it.
        run.inbox.sendNow(.remote([RemotePart(input: fenced, part: nil, watermark: 1_000_000)]))
        run.send(fenced, Feeds.events([Feeds.transaction("stale")], from: 6))
        run.send(kept, Feeds.events([Feeds.transaction("y", user: "y", at: 8_000_000)], from: 6), isLast: true)
        // Once what came after it is decided, the news has been heard.
        try wait("decided") { backlogs[kept]?.count == 0 }
        let done = Latch()
        var units: [CommitUnit] = []
        while (units.flatMap(\.steps).map(\.to).max() ?? 0) < 7, let message = run.commits.receive(timeout: 5) {
            if case .commit(let unit) = message { units.append(unit) }
        }
        run.inbox.sendNow(.stop(done: done))
        while let message = run.commits.receive(timeout: 5) {
            if case .commit(let unit) = message { units.append(unit) }
            if case .finish = message { break }
        }
        #expect(Set(units.flatMap(\.steps).map(\.input)) == [kept])
        #expect(Set(units.flatMap(\.alerts).map(\.source.input)) == [kept] && units.flatMap(\.alerts).count == 6)
        #expect(units.flatMap(\.deadLetters).map(\.source.input) == [kept])
        #expect(Set(units.flatMap(\.advances).map(\.input)) == [kept])
        #expect(Set(units.flatMap(\.checkpoints).map(\.input)) == [kept])
    }

    /// What its owner has said of an input's end may be old: the owner is slow, and more has come. Before that is known,
    /// what rests here is not closed either.
    @Test func whatRestsIsClosedOnceTheBrokerKnowsOfNothingMore() throws {
        let (own, resting, other) = (Feeds.input(0), Feeds.input(1), Feeds.input(2))
        let first = Feeds.start / EventTime.millisecondsPerHour
        let bucket = first + 22
        let questions = Mutex<[Set<TopicPartition>]>([])
        let run = try ProcessorRun(askEnds: { inputs, inbox in
            let number = questions.withLock {
                $0.append(Set(inputs))
                return $0.count
            }
            // At the third its owner has read on, to the new end.
            let last = RemotePart(input: other, part: nil, watermark: first, idleAt: 6)
            if number == 3 { inbox.sendNow(.remote([last])) }
            inbox.sendNow(.ends([own: 2, resting: 1, other: 6]))
        })
        run.claim([.new(own), .new(resting)])
        run.inbox.sendNow(.inputs([own, resting, other]))
        run.inbox.sendNow(.remote([RemotePart(input: other, part: nil, watermark: first, idleAt: 5)]))
        run.send(resting, Feeds.events([Feeds.transaction("r", user: "r")]), isLast: true)
        run.send(own, Feeds.events([Feeds.transaction("a"), Feeds.transaction("b", at: 80_000_000)]), isLast: true)
        func isClosed(_ output: ProcessorRun.Output) -> Bool {
            output.units.flatMap(\.advances).contains {
                $0.input == resting && $0.watermark == bucket && $0.part != nil
            }
        }
        try wait("what rests here is closed") { isClosed(run.soFar) }
        #expect(run.soFar.positions[own] == 1, "the other's owner has not closed its own yet")
        run.inbox.sendNow(.remote([RemotePart(input: other, part: nil, watermark: bucket, idleAt: 6)]))
        let output = try run.finish { $0.positions[own] == 2 }
        #expect(output.alerts.count == 3)
        #expect(questions.withLock { $0.count >= 3 && $0[0].isSubset(of: [resting, other]) })
    }

    /// An event now and then never counts as a rest by the clock alone: its input's end is said anew each time.
    @Test func aNewEndIsToldThoughTheInputWasAtRestBefore() throws {
        let (own, other) = (Feeds.input(0), Feeds.input(1))
        let run = try ProcessorRun()
        run.claim([.new(own)])
        run.inbox.sendNow(.inputs([own, other]))
        run.inbox.sendNow(.remote([RemotePart(input: other, part: nil, watermark: 1_000_000)]))
        for number in 0..<3 as Range<Int64> {
            run.send(own, Feeds.events([Feeds.transaction("x\(number)", at: number)], from: number), isLast: true)
            try wait("the end is told") {
                run.soFar.units.flatMap(\.advances).contains { $0.isIdle && $0.offset == number + 1 }
            }
        }
        _ = try run.finish { $0.positions[own] == 3 }
    }

    /// Its others have moved on: it counts in the bucket that is open now, and is counted.
    @Test func anEventAfterItsBucketWasClosedIsNamed() throws {
        let (own, other) = (Feeds.input(0), Feeds.input(1))
        let notes = LogNotes()
        let run = try ProcessorRun(logger: Logger(label: "test") { _ in notes })
        run.claim([.new(own), .new(other)])
        run.send(own, Feeds.events([Feeds.transaction("a")]), isLast: true)
        run.send(other, Feeds.events([Feeds.transaction("b", user: "b", at: 80_000_000)]), isLast: true)
        try wait("the other's is decided") { run.soFar.positions[other] == 1 }
        run.send(own, Feeds.events([Feeds.transaction("c", at: 1000)], from: 1), isLast: true)
        let output = try run.finish { $0.positions[own] == 2 }
        #expect(output.alerts.count == 3)
        #expect(notes.metadata(of: "Events came after their bucket was closed").map { $0["such_events"] } == ["1"])
    }

    /// Whoever was frozen hears of the new owner first, and only then that it was taken over.
    @Test func aNewOwnerThatWasHeardBeforeTheOldOneLetsGoIsNotWaitedForAgain() throws {
        let run = try ProcessorRun()
        let (taken, kept) = (Feeds.input(0), Feeds.input(1))
        run.claim([.new(taken), .new(kept)])
        for input in [taken, kept] {
            run.send(input, Feeds.events([Feeds.transaction("\(input)", user: "\(input)")]))
        }
        run.inbox.sendNow(.remote([RemotePart(input: taken, part: nil, watermark: 1_000_000)]))
        run.inbox.sendNow(.fenced([taken: 1]))
        run.send(kept, Feeds.events([Feeds.transaction("later", user: "y", at: 80_000_000)], from: 1))
        let output = try run.finish { $0.positions[kept] == 2 }
        #expect(output.alerts.contains { $0.transaction.id == "later" })
    }
}
