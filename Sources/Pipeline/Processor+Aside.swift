internal import Scoring
internal import Transactions

/// Batches that are decided on while the next events are admitted.
extension Processor {
    /// Whether more waits to be admitted while what was admitted is decided on. With shadows it has to wait: they look at
    /// each batch before and after.
    var isWorthAside: Bool {
        scorer.threads > 1 && suspects.isEmpty && shadows.isEmpty && admitted.count >= Self.leastShared
            && order.contains { $0.hasNext }
    }

    /// Has what was admitted decided on by other threads: until it is settled nothing else may touch scorers, ledger and
    /// the users' histories.
    func scoreAside(_ taken: Int) {
        admitted.taken = taken
        begin(admitted)
        crew.start(admitted)
        aside.append(admitted)
        admitted = spare.popLast() ?? ScoringBatch(scorer)
    }

    /// Gives a batch what it is decided with.
    func begin(_ batch: ScoringBatch) {
        // Shadows take new users' histories as they are before the batch.
        for shadow in shadows { shadow.take(batch) { order[$0.worker].claim.input } }
        stages.charge(.group)
        batch.begin(ledger)
    }

    /// Waits until all is decided that is decided on aside: ledger and scorers may be changed then.
    func finishAside() {
        for batch in aside { crew.finish(batch) }
    }

    /// Waits until no more than so many batches are decided on aside, and takes in the others; answers how many events
    /// these were.
    @discardableResult
    func settleAside(butFor left: Int = 0) throws -> Int {
        var taken = 0
        while aside.count > left {
            stages.charge(.group)
            crew.finish(aside[0])
            let batch = aside.removeFirst()
            let count = batch.taken
            defer { spare.append(batch) }
            try settle(batch)
            pending.eventCount += count
            taken += count
        }
        return taken
    }

    /// The same where nothing is at stake but what was decided on aside.
    func settleOrStartOver() {
        do {
            try settleAside()
        } catch {
            startOver(error)
        }
    }

    /// Forgets what was admitted after the batch that failed.
    func discardUndecided() {
        finishAside()
        for batch in aside + [admitted] { clear(batch) }
        spare.append(contentsOf: aside)
        aside.removeAll()
    }

    /// Empties a batch and sends its transactions back to where they came from.
    func clear(_ batch: ScoringBatch) {
        var transactions = spent.room()
        batch.clear(into: &transactions)
        spent.put(transactions)
    }
}
