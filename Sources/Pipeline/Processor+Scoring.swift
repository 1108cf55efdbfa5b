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
    func admit(_ event: IncomingEvent, of worker: InputWorker) throws {
        let isPast = event.offset < worker.claim.nextOffset
        worker.accumulate(event, contributor: contributor)
        switch event.payload {
        case .fault(let fault, let original):
            guard !isPast else { return }
            worker.counts.deadLettered += 1
            pending.deadLetters.append(
                CommitUnit.DeadLetter(source: coordinates(worker, event.offset), fault: fault, original: original))
        case .label:
            if !isPast { worker.counts.scored += 1 }
        case .transaction(let transaction):
            let user = worker.user(transaction.user, pseudonymizer: pseudonymizer, scorer: scorer)
            if !user.state.isDirty { worker.markDirty(transaction.user, user.state) }
            let request = Scorer.Request(transaction: transaction, user: user.state)
            guard isPast else {
                if suspects[worker.claim.input]?.remove(event.offset) != nil {
                    return try scoreAlone(request, event, of: worker, pseudonym: user.pseudonym)
                }
                requests.append(request)
                requestSources.append((worker, event.offset, user.pseudonym))
                return
            }
            if event.offset > user.state.newestOffset {
                if !worker.claim.poisoned.contains(event.offset) {
                    scorer.absorb(request, ledger: ledger, decision: worker.claim.decisions[event.offset] ?? .allow)
                }
                user.state.newestOffset = event.offset
            }
        }
    }

    /// Scores an event by itself, because its batch failed; a dead letter if it fails again.
    private func scoreAlone(
        _ request: Scorer.Request, _ event: IncomingEvent, of worker: InputWorker, pseudonym: String
    ) throws {
        try scoreAdmitted()
        let (history, profile) = (request.user.history, request.user.profile)
        requests.append(request)
        requestSources.append((worker, event.offset, pseudonym))
        do {
            try scoreAdmitted()
            failuresInARow = 0
        } catch {
            requests.removeAll(keepingCapacity: true)
            requestSources.removeAll(keepingCapacity: true)
            failuresInARow += 1
            guard failuresInARow < Self.failureLimit else {
                throw ScoringFault.everythingFails(failuresInARow, last: "\(error)")
            }
            // The user's history is what it was: nothing of the event may colour what follows.
            scorer.release([request.user])
            let user = UserState(history: history, profile: profile, newestOffset: event.offset)
            worker.users[request.transaction.user]?.state = user
            worker.markDirty(request.transaction.user, user)
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

    func scoreAdmitted() throws {
        guard !requests.isEmpty else { return }
        defer {
            requests.removeAll(keepingCapacity: true)
            requestSources.removeAll(keepingCapacity: true)
        }
        let started = metrics.now()
        stages.charge(.group)
        let outcomes: [Scorer.Outcome]
        // Shadows take new users' histories as they are before this batch.
        for shadow in shadows { shadow.take(requests) { requestSources[$0].worker.claim.input } }
        do {
            outcomes = try score(scorer, requests, ledger)
        } catch {
            failed = requestSources.map { ($0.worker.claim.input, $0.offset) }
            throw error
        }
        stages.charge(.score)
        metrics.scored(events: outcomes.count, since: started)
        let shadowed = shadowOutcomes()
        let scoredAt = EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        for (index, outcome) in outcomes.enumerated() {
            let (worker, offset, pseudonym) = requestSources[index]
            requests[index].user.newestOffset = offset
            switch outcome {
            case .duplicate:
                worker.counts.duplicates += 1
            case .scored(var decision, let late):
                scorer.rules.hold(&decision, at: requests[index].transaction.time, day: &worker.day)
                worker.counts.scored += 1
                if late { worker.counts.late += 1 }
                if decision.hits.contains(where: { $0.state == .held }) { metrics.heldDecisions.increment() }
                metrics.decided(decision.disposition)
                noteShadows(decision, of: requests[index].transaction, pseudonym, coordinates(worker, offset))
                for (shadow, outcomes) in shadowed {
                    guard case .scored(let other, _) = outcomes[index] else { continue }
                    note(other, by: shadow, beside: decision, index, coordinates(worker, offset))
                }
                guard decision.disposition != .allow else { continue }
                pending.alerts.append(
                    Alert(
                        transaction: requests[index].transaction, pseudonym: pseudonym, decision: decision,
                        source: coordinates(worker, offset), scoredAt: scoredAt, modelHash: scorer.model.hash,
                        rulesHash: scorer.rules.hash))
            }
        }
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
        _ other: Decision, by shadow: ShadowModel, beside decision: Decision, _ index: Int, _ source: SourceCoordinates
    ) {
        let key = CommitUnit.ShadowKey(input: source.input, model: shadow.name)
        let isKept = pending.shadowCounts[key, default: .init()].add(
            isFlagged: decision.disposition != .allow, byShadow: other.disposition != .allow)
        guard isKept else { return }
        let transaction = requests[index].transaction
        pending.shadowScores.append(
            CommitUnit.ShadowScore(
                source: source, model: shadow.name, transactionID: transaction.id,
                pseudonym: requestSources[index].pseudonym, eventTime: transaction.time, decision: other,
                active: decision, activeModelHash: scorer.model.hash, rulesHash: scorer.rules.hash))
    }

    private func coordinates(_ worker: InputWorker, _ offset: Int64) -> SourceCoordinates {
        SourceCoordinates(topic: worker.claim.input.topic, partition: worker.claim.input.partition, offset: offset)
    }
}
