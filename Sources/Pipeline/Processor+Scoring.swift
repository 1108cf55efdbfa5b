internal import CoreMetrics
internal import Foundation
internal import Kafka
internal import Logging
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

extension Processor {
    /// Sorts one event into what it is: a fault, a label, a past event to restore from, or one to score.
    func admit(_ event: consuming IncomingEvent, of worker: InputWorker) throws {
        let isPast = event.offset < worker.claim.nextOffset
        resumeBucket(at: event.offset, of: worker)
        worker.noteBehind(event)
        switch event.takePayload() {
        case .fault(let fault, let original):
            guard !isPast else { return }
            worker.counts.deadLettered += 1
            pending.deadLetters.append(
                CommitUnit.DeadLetter(source: coordinates(worker, event.offset), fault: fault, original: original))
        case .label(let label):
            worker.accumulate(label, offset: event.offset)
            if !isPast { worker.counts.scored += 1 }
        case .transaction(let transaction):
            worker.accumulate(transaction, offset: event.offset, contributor: contributor)
            let number =
                worker.users.index(of: transaction.user, hash: event.userHash) ?? meet(transaction.user, event, worker)
            let state = worker.users[number].state
            worker.markDirty(number, state)
            guard isPast else { return try admit(transaction, event, state, of: worker, number) }
            if event.offset > state.newestOffset {
                if !worker.claim.poisoned.contains(event.offset) {
                    finishAside()
                    scorer.absorb(
                        Scorer.Request(transaction: transaction, user: state), ledger: ledger,
                        decision: worker.claim.decisions[event.offset] ?? .allow,
                        notCountedBy: worker.starts.later(than: event.offset))
                }
                state.newestOffset = event.offset
            }
        case .taken: break
        }
    }

    /// Puts a transaction among the requests of the batch, or scores it by itself where its batch has failed before.
    @inline(__always)
    private func admit(
        _ transaction: consuming Transaction, _ event: borrowing IncomingEvent, _ state: consuming UserState,
        of worker: InputWorker, _ user: Int
    ) throws {
        let source = ScoringBatch.Source(worker: worker.place, offset: event.offset, user: user)
        guard suspects.isEmpty || suspects[worker.claim.input]?.contains(event.offset) != true else {
            tried.append((worker.claim.input, event.offset))
            let request = Scorer.Request(transaction: transaction, user: state)
            return try scoreAlone(request, event, of: worker, source)
        }
        admitted.append(Scorer.Request(transaction: transaction, user: state), source)
    }

    /// Takes in a user whom the worker's table does not hold, and says so where another partition has had them: their
    /// events have no order then, and each partition a history of its own.
    private func meet(_ id: String, _ event: borrowing IncomingEvent, _ worker: InputWorker) -> Int {
        let (hash, pseudonym) = (event.userHash, pseudonymizer.pseudonym(of: id))
        // What is only taken in again was told when it was decided.
        if event.offset >= worker.claim.nextOffset, !worker.knows(id, hash: hash, pseudonym: pseudonym),
            let other = order.first(where: { $0 !== worker && $0.knows(id, hash: hash, pseudonym: pseudonym) })
        {
            metrics.strayUsers.increment()
            strayUsers += 1
            // Where the producers' keys are not the users, this goes for nearly all of them.
            if strayUsers <= 10 || strayUsers.nonzeroBitCount == 1 {
                logger.warning(
                    "Two partitions carry one user: the order of the user's events is lost",
                    metadata: [
                        "user": "\(pseudonym)", "source": "\(worker.claim.input)@\(event.offset)",
                        "before": "\(other.claim.input)", "such_users": "\(strayUsers)",
                    ])
            }
        }
        return worker.add(id, hash: hash, pseudonym: pseudonym, scorer: scorer)
    }

    /// Scores an event by itself, because its batch failed; a dead letter if it fails again.
    private func scoreAlone(
        _ request: Scorer.Request, _ event: borrowing IncomingEvent, of worker: InputWorker,
        _ place: ScoringBatch.Source
    ) throws {
        try scoreAdmitted()
        let (history, profile) = (request.user.history, request.user.profile)
        admitted.append(request, place)
        do {
            try scoreAdmitted()
            failuresInARow = 0
        } catch {
            failuresInARow += 1
            guard failuresInARow < Self.failureLimit else {
                throw ScoringFault.everythingFails(failuresInARow, last: "\(error)")
            }
            // The user's history is what it was: nothing of the event may colour what follows.
            scorer.release([request.user])
            let user = UserState(history: history, profile: profile, newestOffset: event.offset)
            worker.replace(place.user, by: user)
            worker.counts.deadLettered += 1
            let source = coordinates(worker, event.offset)
            pending.poisoned.append(source)
            pending.deadLetters.append(
                CommitUnit.DeadLetter(
                    source: source, fault: EventFault(.scoringFailed, "\(error)"),
                    original: event.original ?? OriginalRecord(key: nil, value: nil, timestamp: nil)))
            logger.error(
                "An event cannot be scored and goes to the dead letters",
                metadata: ["source": "\(worker.claim.input)@\(event.offset)", "error": "\(error)"])
        }
    }

    /// Decides on what was admitted.
    func scoreAdmitted() throws {
        guard admitted.count > 0 else { return }
        begin(admitted)
        if admitted.count < Self.leastShared {
            admitted.decideAll()
        } else {
            crew.start(admitted)
            crew.finish(admitted)
        }
        try settle(admitted)
    }

    /// Takes in what was decided on a batch, and empties it.
    func settle(_ batch: ScoringBatch) throws {
        stages.charge(.score, nanoseconds: batch.parts.reduce(0) { $0 + $1.nanoseconds })
        defer { clear(batch) }
        do {
            for part in batch.parts {
                if let failure = part.failure { throw failure }
                try check(part.requests, part.outcomes)
            }
        } catch {
            failed = batch.sources.map { (order[$0.worker].claim.input, $0.offset) }
            throw error
        }
        metrics.scored(events: batch.count, nanoseconds: Int64(batch.ended - batch.started))
        let shadowed = shadowOutcomes()
        let scoredAt = EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        var (allowed, number) = (0, 0)
        batch.forEach { part, index, source in
            defer { number += 1 }
            part.requests[index].user.newestOffset = source.offset
            let counted = order[source.worker]
            guard case .scored(let decision, let late) = part.outcomes[index] else {
                counted.counts.duplicates += 1
                return
            }
            counted.counts.scored += 1
            if late { counted.counts.late += 1 }
            if decision.disposition == .allow, decision.hits.isEmpty, shadowed.isEmpty {
                counted.days.count(part.requests[index].transaction.time)
                allowed += 1
            } else {
                settle(decision, on: part.requests[index].transaction, from: source, number, shadowed, scoredAt)
            }
        }
        metrics.decided(.allow, count: allowed)
    }

    /// Takes in a decision that is more than letting an event through.
    private func settle(
        _ made: Decision, on transaction: Transaction, from source: ScoringBatch.Source, _ index: Int,
        _ shadowed: [(shadow: ShadowModel, outcomes: [Scorer.Outcome])], _ scoredAt: EventTime
    ) {
        var decision = made
        let (worker, offset) = (order[source.worker], source.offset)
        let pseudonym = worker.users[source.user].pseudonym
        scorer.rules.hold(&decision, at: transaction.time, days: &worker.days)
        if decision.hits.contains(where: { $0.state == .held }) { metrics.heldDecisions.increment() }
        metrics.decided(decision.disposition, count: 1)
        noteShadows(decision, of: transaction, pseudonym, coordinates(worker, offset))
        for (shadow, outcomes) in shadowed {
            guard case .scored(let other, _) = outcomes[index] else { continue }
            // Breakers have no part in the comparison: they count what is acted on.
            note(other, by: shadow, beside: made, of: transaction, pseudonym, coordinates(worker, offset))
        }
        let isAllowed = decision.disposition == .allow
        guard !isAllowed || decision.hits.contains(where: { $0.state != .shadow }) else { return }
        let outcome = Alert(
            transaction: transaction, pseudonym: pseudonym, decision: decision, source: coordinates(worker, offset),
            scoredAt: scoredAt, modelHash: scorer.model.hash, rulesHash: scorer.rules.hash)
        if isAllowed { pending.allowed.append(outcome) } else { pending.alerts.append(outcome) }
    }

    /// Keeps what shadow rules would have done, whatever was decided.
    private func noteShadows(
        _ decision: Decision, of transaction: Transaction, _ pseudonym: String, _ source: SourceCoordinates
    ) {
        for hit in decision.hits where hit.state == .shadow {
            pending.shadowHits.append(
                CommitUnit.ShadowHit(
                    source: source, transactionID: transaction.id, pseudonym: pseudonym, eventTime: transaction.time,
                    hit: hit, decision: decision.disposition, rulesHash: scorer.rules.hash))
        }
    }

    /// What each shadow makes of the batch; one that fails is left out from then on.
    private func shadowOutcomes() -> [(shadow: ShadowModel, outcomes: [Scorer.Outcome])] {
        shadows.compactMap { shadow in
            guard !shadow.hasFailed else { return nil }
            switch shadow.score(ledger) {
            case .success(let outcomes): return (shadow, outcomes)
            case .failure(let error):
                logger.error(
                    "A model in shadow cannot score and is left out",
                    metadata: ["model": "\(shadow.name.directory)", "error": "\(error)"])
                return nil
            }
        }
    }

    /// Counts what a shadow would have decided and keeps it where either would not let the event through.
    private func note(
        _ other: Decision, by shadow: ShadowModel, beside decision: Decision, of transaction: Transaction,
        _ pseudonym: String, _ source: SourceCoordinates
    ) {
        let key = CommitUnit.ShadowKey(input: source.input, model: shadow.name)
        let isKept = pending.shadowCounts[key, default: .init()].add(
            isFlagged: decision.disposition != .allow, byShadow: other.disposition != .allow)
        guard isKept else { return }
        pending.shadowScores.append(
            CommitUnit.ShadowScore(
                source: source, model: shadow.name, transactionID: transaction.id,
                pseudonym: pseudonym, eventTime: transaction.time, decision: other, active: decision,
                activeModelHash: scorer.model.hash, rulesHash: scorer.rules.hash))
    }

    private func coordinates(_ worker: InputWorker, _ offset: Int64) -> SourceCoordinates {
        SourceCoordinates(topic: worker.claim.input.topic, partition: worker.claim.input.partition, offset: offset)
    }
}
