internal import CoreMetrics
internal import Foundation
internal import Kafka
internal import Logging
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// Decides: takes events of all assigned inputs bucket by bucket, scores them in micro-batches, hands over commits.
///
/// Runs on a thread of its own and is the only owner of users, ledger and scorer.
final class Processor {
    /// Most events scored in one pass.
    static let batchLimit = 2048
    /// Most events in one commit.
    static let commitLimit = 16_384
    /// How far apart commits are, in milliseconds, while events wait to be decided, and while none do. Each costs the
    /// database the same whatever it holds, and every event waits for the next.
    static let busyCommitInterval: Int64 = 20
    static let idleCommitInterval: Int64 = 5
    /// The same while more than a commit's events wait: what comes waits longer for its turn than for its commit.
    static let catchUpCommitInterval: Int64 = 60
    /// How long events wait for other inputs until it is said, in milliseconds.
    static let reportedHoldMilliseconds: Int64 = 5_000
    /// Fewer requests are decided on by the processor's thread alone: another's waking would cost more.
    static let leastShared = 64
    /// Batches decided on at a time: when one is nearly done the next is there already.
    static let batchesAside = 2
    /// So many events in a row that fail, each alone, are the model's fault and not theirs.
    static let failureLimit = 100

    let inbox: BoundedQueue<ProcessorMessage>
    let commits: BoundedQueue<CommitMessage>
    let scorer: ScorerGroup
    let shadows: [ShadowModel]
    let schema: TransactionSchema
    let pseudonymizer: Pseudonymizer
    let metrics: PipelineMetrics
    let logger: Logger
    let checkpointIntervalMilliseconds: Int64
    let clock: @Sendable () -> Int64
    /// An input at its end for so long is announced as idle to the other instances.
    let idleAfterMilliseconds: Int64

    var ledger: EntityLedger
    var contributor: VelocityContributor?
    var alignment: BucketAlignment
    var workers: [TopicPartition: InputWorker] = [:]
    var pending = CommitUnit()
    private(set) var order: [InputWorker] = []
    private var turn = 0
    private var touched = 0
    private var sources: [TopicPartition: UInt32] = [:]
    private(set) var ownedElsewhere: Set<TopicPartition> = []
    /// The offsets at which inputs elsewhere are said to have come to their end.
    var saidIdle: [TopicPartition: Int64] = [:]
    /// When the broker last confirmed it.
    var confirmedIdle: [TopicPartition: Int64] = [:]
    var lastAsked: Int64 = .min / 2
    /// How far the entities topic says each input is complete, also of what is, or seems to be, ours.
    private var heard: [TopicPartition: Int64] = [:]
    var lastCheckpoint: Int64
    /// Whose checkpoint was due last, in the order of workers.
    var checkpointTurn = 0
    var lastHandOver: Int64 = .min / 2
    private var prunedBefore: Int64 = .min
    private var closedBefore: Int64 = .min
    /// The hold that was last reported, by when it began.
    var reportedHold: Int64?
    var restoreReport = RestoreReport()
    var stages = StageClock()
    /// Events of batches whose scoring failed: each is scored by itself.
    var suspects: [TopicPartition: Set<Int64>] = [:]
    /// Those of them that were, in the batch at hand.
    var tried: [(input: TopicPartition, offset: Int64)] = []
    /// The events of the batch that failed last.
    var failed: [(input: TopicPartition, offset: Int64)] = []
    var failuresInARow = 0
    /// Users whom two partitions have been seen to carry.
    var strayUsers = 0
    /// Events that came after their bucket was closed.
    var eventsBehind: Int64 = 0
    let check: ([Scorer.Request], [Scorer.Outcome]) throws -> Void
    let claimAgain: (CommittedOffsets.ClaimAgain) -> Void
    let askEnds: ([TopicPartition]) -> Void
    let spent: SpentTransactions
    /// What is being admitted, what is decided on meanwhile, oldest first, and room for more.
    var admitted: ScoringBatch
    var aside: [ScoringBatch] = []
    var spare: [ScoringBatch] = []
    let crew = ScoringCrew()

    init(_ parts: ProcessorParts) {
        inbox = parts.inbox
        commits = parts.commits
        scorer = parts.scorer
        admitted = ScoringBatch(scorer)
        shadows = parts.shadows
        schema = parts.scorer.model.encoder.schema
        pseudonymizer = parts.pseudonymizer
        metrics = parts.metrics
        logger = parts.logger
        clock = parts.clock
        check = parts.check
        claimAgain = parts.claimAgain
        askEnds = parts.askEnds
        spent = parts.spent
        checkpointIntervalMilliseconds = parts.checkpointIntervalMilliseconds
        ledger = EntityLedger(schema: schema)
        contributor = VelocityContributor(scorer.rules)
        alignment = parts.alignment
        idleAfterMilliseconds = max(2000, parts.alignment.idleGraceMilliseconds)
        lastCheckpoint = parts.clock()
    }

    /// Works until told to stop, or until another thread's failure closes the inbox.
    /// - Throws: what made scoring impossible; nothing undecided is committed then.
    func run() throws {
        crew.begin(helpers: scorer.threads - 1)
        defer {
            finishAside()
            crew.end()
        }
        while !inbox.isFinished {
            let timeout = isAllHandedOver ? 0.02 : 0.002
            for message in inbox.receiveAll(timeout: timeout) where try handle(message) { return }
            var goesOn = try step()
            while goesOn {
                // Here as well: catching up may go on for hours without a pause.
                checkpointIfDue()
                reportRestoring()
                handOver(blocking: pending.eventCount >= Self.commitLimit, interval: commitInterval)
                for message in inbox.receiveAll(timeout: 0) where try handle(message) { return }
                goesOn = try step()
            }
            checkpointIfDue()
            announceIdleness()
            reportHold()
            reportRestoring()
            handOver(blocking: false, interval: Self.idleCommitInterval)
            stages.charge(.group)
            metrics.excusedInputs.record(alignment.excusedCount)
        }
    }

    /// Carries out one message; true if it was the last.
    private func handle(_ message: ProcessorMessage) throws -> Bool {
        // More events change nothing of what is decided aside; all else may.
        if case .events = message {} else { settleOrStartOver() }
        switch message {
        case .inputs(let inputs):
            for input in inputs where workers[input] == nil { followElsewhere(input) }
        case .claimed(let claims, let backlogs):
            for claim in claims { install(claim, backlog: backlogs[claim.input] ?? Backlog()) }
        case .revoked(let inputs, let done):
            checkpoint(inputs)
            handOver(blocking: true)
            drop(inputs)
            commits.sendNow(.flush(done))
        case .fenced(let lost):
            let inputs = lost.keys.filter { input in
                workers[input].map { $0.claim.epoch <= lost[input] ?? .min } ?? false
            }
            pending = pending.without(Set(inputs))
            drop(inputs)
        case .forget(let pseudonyms): forget(pseudonyms)
        case .events(let batch):
            guard let worker = workers[batch.input], worker.claim.epoch == batch.epoch else { return false }
            worker.receive(batch, now: clock())
            report(worker)
        case .remote(let parts):
            for part in parts { apply(part) }
        case .ends(let ends): confirmIdleness(ends)
        case .rules(let rules):
            // Between two batches: whatever was decided before carries the former set's hash.
            scorer.replaceRules(rules)
            for shadow in shadows { shadow.scorer.replaceRules(rules) }
            contributor = VelocityContributor(rules)
            for worker in order { adopt(rules, worker) }
            logger.info("Rules in force", metadata: ["hash": "\(rules.hash)", "rules": "\(rules.rules.count)"])
        case .model(let model):
            take(model)
        case .stop(let done):
            checkpoint(Array(workers.keys))
            handOver(blocking: true)
            commits.sendNow(.finish(done))
            return true
        }
        return false
    }

    /// Users keep their histories; caches are rebuilt as they are needed.
    private func take(_ model: Model) {
        let old = scorer.model.hash
        do {
            try scorer.swap(model: model)
            logger.info("Another model is in use", metadata: ["model": "\(model.hash)", "was": "\(old)"])
        } catch {
            logger.error("The new model is refused", metadata: ["model": "\(model.hash)", "reason": "\(error)"])
        }
    }

    private func install(_ claim: InputClaim, backlog: Backlog) {
        let worker = InputWorker(claim: claim, source: source(of: claim.input), backlog: backlog, schema: schema)
        workers[claim.input] = worker
        adopt(scorer.rules, worker)
        sortWorkers()
        ownedElsewhere.remove(claim.input)
        alignment.add(claim.input)
        // Its open bucket may lie before what the others have closed.
        closedBefore = .min
        ownersChanged(of: claim.input)
        metrics.assigned(workers.count)
    }

    /// Whether idle inputs have to be confirmed rests on whether others hold some.
    private func ownersChanged(of input: TopicPartition) {
        confirmedIdle[input] = nil
        for worker in order where !worker.hasNext { report(worker) }
    }

    private func adopt(_ rules: RuleSet, _ worker: InputWorker) {
        if worker.adopt(rules) { pending.aggregateStarts[worker.claim.input] = worker.starts }
    }

    func drop(_ inputs: [TopicPartition]) {
        for input in inputs {
            guard let worker = workers.removeValue(forKey: input) else { continue }
            scorer.release(worker.users.entries.lazy.map(\.state))
            for shadow in shadows { shadow.drop(input) }
            // Nothing was decided under them, and nobody is left to write them on a condition.
            pending.aggregateStarts[input] = nil
        }
        sortWorkers()
        for input in inputs where workers[input] == nil { followElsewhere(input) }
        metrics.assigned(workers.count)
    }

    private func sortWorkers() {
        order = workers.values.sorted { $0.claim.input < $1.claim.input }
        for place in order.indices { order[place].place = place }
    }

    /// Another instance holds the input, or will soon: nothing goes past it until it is heard of, or the bound is reached.
    ///
    /// Its new owner may have been heard while we still took it for ours, and will not say it again.
    private func followElsewhere(_ input: TopicPartition) {
        guard ownedElsewhere.insert(input).inserted else { return }
        alignment.add(input, isElsewhere: true)
        if let bucket = heard[input] { alignment.drained(input, at: bucket, atEndSince: nil) }
        ownersChanged(of: input)
    }

    private func source(of input: TopicPartition) -> UInt32 {
        if let known = sources[input] { return known }
        let new = UInt32(sources.count + 1)
        sources[input] = new
        return new
    }

    private func apply(_ remote: RemotePart) {
        if let part = remote.part { ledger.apply(part, source: source(of: remote.input), end: remote.end) }
        heard[remote.input] = max(heard[remote.input] ?? .min, remote.watermark)
        saidIdle[remote.input] = remote.idleAt
        guard workers[remote.input] == nil else { return }
        followElsewhere(remote.input)
        confirmedIdle[remote.input] = nil
        if remote.idleAt == nil {
            alignment.nextEvent(of: remote.input, in: remote.watermark)
        } else {
            // That it is at its end has to be true still when events wait for it: see `askForEnds`.
            alignment.drained(remote.input, at: remote.watermark, atEndSince: nil)
        }
    }

    /// Tells the alignment where a worker stands, and everyone what that completes.
    private func report(_ worker: InputWorker) {
        let bucket = worker.nextBucket(of: ledger.bucketMilliseconds)
        let input = worker.claim.input
        if worker.hasNext {
            confirmedIdle[input] = nil
            close(worker, before: bucket)
            alignment.nextEvent(of: input, in: bucket)
        } else {
            let isSure = ownedElsewhere.isEmpty || confirmedIdle[input] != nil
            alignment.drained(input, at: bucket, atEndSince: isSure ? worker.atEndSince : nil)
        }
    }

    /// Closes what the worker gathered before `bucket`: its next event lies there, or the others have moved on.
    private func close(_ worker: InputWorker, before bucket: Int64, isIdle: Bool = false) {
        guard bucket > worker.accumulator.openBucket ?? .min, bucket != .max else { return }
        let start = EventTime(milliseconds: bucket * ledger.bucketMilliseconds)
        let closed = worker.accumulator.advance(to: start)
        var part = closed
        if let closed {
            finishAside()
            ledger.apply(closed, source: worker.source)
            if !worker.isFirst(toPublish: (closed.bucket + 1) * ledger.bucketMilliseconds) { part = nil }
        }
        tell(of: worker, before: bucket, part: part, isIdle: isIdle)
    }

    /// Puts the open bucket of the last checkpoint in the place of one made again, after what was closed then.
    func resumeBucket(at offset: Int64, of worker: InputWorker) {
        guard let bucket = worker.resumedBucket(at: offset) else { return }
        close(worker, before: bucket)
        worker.resume()
    }
}

extension Processor {
    /// Takes at most one micro-batch and decides on it, or has it decided on aside and takes in the one before; false
    /// where there was nothing to do.
    private func step() throws -> Bool {
        let now = clock()
        expireIdleness(at: now)
        let frontier = alignment.frontier(at: now)
        if let frontier {
            askForEnds(at: now)
            closeBuckets(before: frontier.closing)
            // Another batch may fail: what is decided must not go with it.
            if !suspects.isEmpty { handOver(blocking: true) }
        }
        do {
            let taken = try frontier.map { try takeBatch($0.taking) } ?? 0
            let settled = try settleAside(butFor: taken > 0 ? Self.batchesAside - 1 : 0)
            if isWorthAside {
                scoreAside(taken)
            } else {
                try settleAside()
                try scoreAdmitted()
                settleSuspects()
                pending.eventCount += taken
            }
            if let frontier { prune(frontier.taking) }
            return taken + settled > 0
        } catch let fault as ScoringFault {
            if case .everythingFails = fault { throw fault }
            startOver(fault)
        } catch {
            startOver(error)
        }
        return false
    }

    /// Takes the next events that alignment lets through and sorts them.
    private func takeBatch(_ frontier: Int64) throws -> Int {
        var taken = 0
        turn += 1
        for index in order.indices where taken < Self.batchLimit {
            let worker = order[(index + turn) % order.count]
            var fromWorker = 0
            touched &+= worker.touchNext(Self.batchLimit - taken)
            while taken + fromWorker < Self.batchLimit, worker.hasNext {
                let bucket = worker.nextBucket(of: ledger.bucketMilliseconds)
                guard bucket <= frontier else { break }
                close(worker, before: bucket)
                guard let event = worker.take() else { break }
                fromWorker += 1
                try admit(event, of: worker)
            }
            guard fromWorker > 0 else { continue }
            taken += fromWorker
            worker.settle(taken: fromWorker)
            reportBehind(worker)
            report(worker)
        }
        return taken
    }

    /// Only what comes late can still fall before the frontier: the buckets there are complete, also of idle inputs.
    private func closeBuckets(before frontier: Int64) {
        guard frontier > closedBefore else { return }
        closedBefore = frontier
        for worker in order { close(worker, before: frontier, isIdle: !worker.hasNext && worker.atEndSince != nil) }
    }

    /// Once a day, with two days' margin for what comes late.
    private func prune(_ frontier: Int64) {
        let day = EventTime.millisecondsPerDay / ledger.bucketMilliseconds
        guard frontier != .max, frontier > prunedBefore &+ day else { return }
        finishAside()
        ledger.prune(before: frontier - ledger.horizonBuckets - 2 * day)
        prunedBefore = frontier
    }
}
