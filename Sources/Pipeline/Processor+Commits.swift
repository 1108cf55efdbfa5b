internal import CoreMetrics
internal import Kafka
internal import Scoring
internal import Sequences
internal import Transactions

extension Processor {
    /// How far apart commits are while events wait, in milliseconds.
    var commitInterval: Int64 {
        let waiting = order.reduce(0) { $0 + $1.backlog.count }
        return waiting > Self.commitLimit ? Self.catchUpCommitInterval : Self.busyCommitInterval
    }

    /// Gives what is decided to the committer: at once when it waits for more and its last commit is `interval`
    /// milliseconds old, or waiting for it when `blocking`.
    func handOver(blocking: Bool, interval: Int64 = 0) {
        let now = clock()
        guard blocking || (now - lastHandOver >= interval && commits.isAwaited) else { return }
        settleOrStartOver()
        collectSteps()
        guard !pending.isEmpty else { return }
        conditionWhatIsPublished()
        commits.send(.commit(pending))
        pending = CommitUnit()
        lastHandOver = now
    }

    /// Whether nothing waits for a commit.
    var isAllHandedOver: Bool { pending.isEmpty && order.allSatisfy { $0.position <= $0.committedTo } }

    private func collectSteps() {
        for worker in workers.values where worker.position > worker.committedTo {
            let step = CommitUnit.Step(
                input: worker.claim.input, epoch: worker.claim.epoch, from: worker.committedTo, to: worker.position,
                counts: worker.counts, days: worker.days)
            if let index = pending.steps.firstIndex(where: { $0.input == step.input }) {
                pending.steps[index].to = step.to
                pending.steps[index].days = step.days
                pending.steps[index].counts.add(step.counts)
            } else {
                pending.steps.append(step)
            }
            worker.committedTo = worker.position
            worker.counts = EventCounts()
        }
    }

    /// What is only published moves nothing, but on the same condition: a worker that was taken over must not speak.
    private func conditionWhatIsPublished() {
        let spoken = Set(pending.advances.map(\.input)).union(pending.checkpoints.map(\.input))
            .union(pending.tombstones.map(\.input)).union(pending.aggregateStarts.keys)
            .subtracting(pending.steps.map(\.input))
        for worker in order where spoken.contains(worker.claim.input) {
            pending.steps.append(
                CommitUnit.Step(
                    input: worker.claim.input, epoch: worker.claim.epoch, from: worker.committedTo,
                    to: worker.committedTo, counts: EventCounts(), days: worker.days))
        }
    }

    /// Checkpoints every input once an interval, one after the other: events wait while users are packed, and so for those
    /// of one input only.
    func checkpointIfDue() {
        let now = clock()
        if !order.isEmpty, now - lastCheckpoint >= checkpointIntervalMilliseconds / Int64(order.count) {
            settleOrStartOver()
            guard !order.isEmpty else { return }
            lastCheckpoint = now
            checkpointTurn = (checkpointTurn + 1) % order.count
            order[checkpointTurn].isCheckpointDue = true
            if checkpointTurn == 0 { reportRules() }
        }
        // Those that restore have theirs as soon as they are done.
        checkpoint(order.filter(\.isCheckpointDue).map(\.claim.input))
    }

    /// What rules hold in memory and how often they failed.
    private func reportRules() {
        let states = workers.values.lazy.flatMap { $0.users.entries.lazy.map(\.state) }
        metrics.velocityBytes.record(states.reduce(0) { $0 + $1.profile.aggregateBytes })
        metrics.velocityEntities.record(ledger.aggregateCount)
        metrics.velocityEntityBytes.record(ledger.aggregateBytes)
        metrics.ruleErrors.record(scorer.ruleErrorTotal)
    }

    /// Adds the state of the inputs to the pending commit, which it will be published after.
    func checkpoint(_ inputs: [TopicPartition]) {
        if !inputs.isEmpty { settleOrStartOver() }
        for input in inputs {
            guard let worker = workers[input], !worker.isRestoring else { continue }
            worker.isCheckpointDue = false
            guard worker.position > worker.checkpointedTo else { continue }
            resumeBucket(at: worker.position, of: worker)
            let users = packedUsers(of: worker)
            worker.clearDirty()
            worker.checkpointedTo = worker.position
            pending.checkpoints.append(
                CommitUnit.Checkpoint(
                    input: input, epoch: worker.claim.epoch, offset: worker.position,
                    layout: scorer.model.encoder.extractor.packedLayout, users: users,
                    userCount: worker.userCount, open: worker.accumulator.open,
                    closedParts: worker.closedParts))
        }
    }

    /// The users to be in the worker's checkpoint, packed by all that decide: events wait meanwhile.
    private func packedUsers(of worker: InputWorker) -> [CommitUnit.Checkpoint.User] {
        // Users are only read, each by one thread; the owner waits until all are done.
        nonisolated(unsafe) let worker = worker
        return ParallelWork.map(count: worker.dirty.count, threads: scorer.threads) { place in
            let user = worker.users[worker.dirty[place]]
            return CommitUnit.Checkpoint.User(
                pseudonym: user.pseudonym, offset: user.state.newestOffset, history: user.state.packedHistory,
                profile: user.state.profile.encoded(), formerEpoch: user.checkpointEpoch)
        }
    }
}

extension EventCounts {
    mutating func add(_ other: EventCounts) {
        scored += other.scored
        duplicates += other.duplicates
        deadLettered += other.deadLettered
        gaps += other.gaps
        late += other.late
    }
}
