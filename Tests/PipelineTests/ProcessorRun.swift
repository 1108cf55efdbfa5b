import Foundation
import Kafka
import Logging
import Rules
import Scoring
import Sequences
import Synchronization
import Testing
import Transactions

@testable import Pipeline

/// A processor on a thread of its own, with the test as intake and, unless told otherwise, as committer.
final class ProcessorRun: Sendable {
    /// What came out.
    struct Output: Sendable {
        var units: [CommitUnit] = []
        var positions: [TopicPartition: Int64] = [:]
        var flushes = 0

        var alerts: [Alert] { units.flatMap(\.alerts) }

        /// Every count of an input's steps, added up.
        func counts(of input: TopicPartition) -> EventCounts {
            var counts = EventCounts()
            for step in units.flatMap(\.steps) where step.input == input { counts.add(step.counts) }
            return counts
        }

        /// Decisions by transaction id; a transaction scored twice is an issue.
        func decisions() -> [String: Decision] {
            Dictionary(alerts.map { ($0.transaction.id, $0.decision) }) { first, _ in
                Issue.record("a transaction was decided twice")
                return first
            }
        }
    }

    /// Flags every transaction, so that every decision shows; reasons included.
    /// The reason tells all that rules know of user and terminal, and a second rule rests on the last decision.
    static let flagAll = """
        velocity:
          n: {function: count, window: 6h}
          s: {function: sum, of: tx.amount, window: 7d}
          d: {function: distinct, of: tx.terminal, window: 30d}
          l: {function: last, of: tx.terminal, window: 30d}
          t: {function: count, key: terminal, window: 1d}
          u: {function: distinct, of: tx.user, key: terminal, window: 7d}
        rules:
          - id: all
            when: "true"
            action: review
            reason: "{velocity.n} {velocity.s} {velocity.d} {velocity.l} {velocity.t} {velocity.u} {user.first_seen}
              {user.average_amount} {user.last_decision} {entity.terminal.count_7d} {entity.terminal.frauds_30d}"
          - id: turns
            when: has(user.last_decision) && user.last_decision == 'review' && velocity.n > 1
            action: decline
            priority: 1

        """
    /// The same, with a breaker that holds some of the declined.
    static let flagAndHold = flagAll + "breakers:\n  decline: {daily_share: 0.3, after: 4}\n"

    typealias Check = @Sendable ([Scorer.Request], [Scorer.Outcome]) throws -> Void

    let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
    let commits = BoundedQueue<CommitMessage>(capacity: 1)
    private let output = Mutex(Output())
    private let failure = Mutex<(any Error)?>(nil)
    private let ended = Latch()
    private let collects: Bool

    /// - Parameter collects: false leaves the commits in the queue, for the test to take.
    init(
        rules: String = flagAll, checkpointIntervalMilliseconds: Int64 = .max / 2, collects: Bool = true,
        threads: Int = 2, cacheMemoryBytes: Int = 1 << 30, logger: Logger = .quiet,
        check: @escaping Check = { try ScoringFault.check($1) },
        askEnds: @escaping @Sendable ([TopicPartition], BoundedQueue<ProcessorMessage>) -> Void = { _, _ in },
        claimAgain: @escaping @Sendable (CommittedOffsets.ClaimAgain, BoundedQueue<ProcessorMessage>) -> Void = {
            _, _ in
        }
    ) throws {
        self.collects = collects
        let model = try SmallModel.shared.get()
        // Time passes with every look at it, so that no test waits for a clock.
        let time = Mutex<Int64>(0)
        let ruleSet = try RuleSet.load(text: rules, schema: SmallModel.schema)
        let (inbox, commits, failure, ended) = (inbox, commits, Ref(self), ended)
        Thread {
            do {
                let scorer = try ScorerGroup(threads: threads, cacheMemoryBytes: cacheMemoryBytes) {
                    try Scorer(model: model, rules: ruleSet, cacheMemoryBytes: $0)
                }
                let processor = Processor(
                    ProcessorParts(
                        inbox: inbox, commits: commits, scorer: scorer, pseudonymizer: .plain,
                        alignment: BucketAlignment(
                            idleGraceMilliseconds: 200, maximumWaitMilliseconds: .max / 2),
                        checkpointIntervalMilliseconds: checkpointIntervalMilliseconds,
                        metrics: PipelineMetrics(), logger: logger, askEnds: { askEnds($0, inbox) },
                        claimAgain: { claimAgain($0, inbox) }, check: check,
                        clock: {
                            time.withLock {
                                $0 += 50
                                return $0
                            }
                        }))
                try processor.run()
            } catch {
                failure.run?.failure.withLock { $0 = error }
            }
            ended.open()
        }.start()
        if collects { Thread { [commits, ref = Ref(self)] in ref.collect(commits) }.start() }
    }

    /// Keeps the threads from keeping the run.
    private final class Ref: Sendable {
        nonisolated(unsafe) weak var run: ProcessorRun?

        init(_ run: ProcessorRun) {
            self.run = run
        }

        func collect(_ commits: BoundedQueue<CommitMessage>) {
            while !commits.isFinished, let run {
                switch commits.receive(timeout: 0.02) {
                case .commit(let unit): run.record(unit)
                case .flush(let latch), .finish(let latch):
                    run.output.withLock { $0.flushes += 1 }
                    latch.open()
                case .recover, nil: break
                }
            }
        }
    }

    private func record(_ unit: CommitUnit) {
        output.withLock { output in
            output.units.append(unit)
            let spoken = Set(unit.advances.map(\.input)).union(unit.checkpoints.map(\.input))
            #expect(spoken.isSubset(of: unit.steps.map(\.input)), "something is published on no condition")
            for step in unit.steps {
                if let position = output.positions[step.input] {
                    #expect(step.from == position, "steps of \(step.input) leave something out")
                }
                output.positions[step.input] = step.to
                #expect(step.counts.total == step.to - step.from, "an event has no fate, or two: \(step)")
            }
        }
    }

    var soFar: Output { output.withLock { $0 } }

    deinit {
        inbox.close()
        commits.close()
    }

    func claim(_ claims: [InputClaim], backlogs: [TopicPartition: Backlog] = [:]) {
        inbox.sendNow(.claimed(claims, backlogs: backlogs))
    }

    func send(_ input: TopicPartition, _ events: [IncomingEvent], isLast: Bool = false, epoch: Int64 = 1) {
        let end = isLast ? (events.last?.offset ?? -1) + 1 : nil
        inbox.sendNow(.events(IncomingBatch(input: input, epoch: epoch, events: events, end: end)))
    }

    /// Waits until this is decided, then stops the processor and gives all that came out.
    func finish(after condition: (Output) -> Bool) throws -> Output {
        try wait("decided") { condition(soFar) || ended.wait(timeout: 0) }
        let done = Latch()
        inbox.sendNow(.stop(done: done))
        try #require(ended.wait(timeout: 600), "the processor does not end")
        if let error = failure.withLock({ $0 }) { throw error }
        try #require(done.wait(timeout: 600), "nobody was told")
        return soFar
    }

    /// Feeds whole inputs, claimed from offset 0, with a reload somewhere in their middle.
    func decide(
        _ feeds: [TopicPartition: [IncomingEvent]], reloading new: RuleSet, seed: UInt64
    ) throws -> Output {
        claim(feeds.keys.sorted().map { .new($0) })
        let half = feeds.mapValues { Array($0.prefix($0.count / 2)) }
        for batch in Feeds.shuffled(half, seed: seed) { send(batch.input, batch.events) }
        try wait("a part decided") { soFar.alerts.count > 200 }
        inbox.sendNow(.rules(new))
        for (input, events) in feeds { send(input, Array(events.dropFirst(events.count / 2)), isLast: true) }
        return try finish { $0.reached(feeds) }
    }

    /// Feeds whole inputs, claimed from offset 0, and gives what comes out.
    static func decide(
        _ feeds: [TopicPartition: [IncomingEvent]], rules: String = flagAll, threads: Int = 2
    ) throws -> Output {
        let run = try ProcessorRun(rules: rules, threads: threads)
        run.claim(feeds.keys.sorted().map { .new($0) })
        for (input, events) in feeds { run.send(input, events, isLast: true) }
        return try run.finish { $0.reached(feeds) }
    }
}

extension ProcessorRun.Output {
    /// Every input is decided to its end.
    func reached(_ feeds: [TopicPartition: [IncomingEvent]]) -> Bool {
        feeds.allSatisfy { positions[$0.key] == ($0.value.last?.offset ?? -1) + 1 }
    }
}

extension EventCounts {
    var total: Int64 { scored + duplicates + deadLettered + gaps }
}

extension InputClaim {
    /// An input never decided before.
    static func new(_ input: TopicPartition) -> InputClaim {
        InputClaim(
            input: input, kind: input.topic == "labels" ? .labels : .transactions, epoch: 1, nextOffset: 0,
            restoreOffset: 0)
    }
}

/// Awaits a condition, or fails the test.
func wait(within seconds: Double = 600, _ what: Comment, _ condition: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        try #require(Date() < end, "waited in vain: \(what)")
        Thread.sleep(forTimeInterval: 0.002)
    }
}
