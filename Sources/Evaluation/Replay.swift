internal import Rules
public import Scoring
import Sequences
public import Transactions

/// Passes labelled transactions of files through the `Scorer` that `run` uses, without Kafka and PostgreSQL.
///
/// Transactions and labels are merged by time; what lies before the span is taken in for context only. The features
/// follow the model's label delay, as in `run`, whenever the labels arrive. Not Sendable: it owns its scorer.
public final class Replay {
    /// Most events scored in one pass, as in `run`.
    static let batchLimit = 512

    private let scorer: Scorer
    private let labelDelayMilliseconds: Int64
    private let from: EventTime
    private let to: EventTime

    private var entities: EntityReplay
    private let contributor: VelocityContributor?
    private var users: [String: (number: UInt32, state: UserState)] = [:]
    private var requests: [Scorer.Request] = []
    /// (requests) each one's user and truth.
    private var truths: [(user: UInt32, isFraud: Bool?)] = []
    private var tally: ReplayTally
    private var started: ContinuousClock.Instant?
    private var elapsed: Duration?

    /// A replay of the events with times in [from, to).
    ///
    /// - Parameters:
    ///   - scorer: with the rules to be applied; nobody else may use it meanwhile.
    ///   - labelDelayMilliseconds: from a transaction to its label.
    public init(scorer: Scorer, labelDelayMilliseconds: Int64, from: EventTime, to: EventTime) {
        self.scorer = scorer
        self.labelDelayMilliseconds = labelDelayMilliseconds
        self.from = from
        self.to = to
        entities = EntityReplay(schema: scorer.model.encoder.schema)
        contributor = VelocityContributor(scorer.rules)
        tally = ReplayTally(ruleIDs: scorer.ruleIDs)
    }

    /// Replays files merged by time; where a file goes back in time, all are read whole and sorted.
    ///
    /// - Parameters:
    ///   - schema: how the files are read; its entities and features must be the model's.
    ///   - progress: called now and then with the count of events read and the time of the newest.
    /// - Throws: `ModelFault` for another schema than the model's, `DataFileError` naming the file and the line.
    public func run(
        paths: [String], schema: TransactionSchema, progress: (Int, EventTime) -> Void = { _, _ in }
    ) throws -> ReplayReport {
        let own = scorer.model.encoder
        guard FeatureExtractor(schema: schema).layout == own.extractor.layout,
            schema.entities.map(\.name) == own.schema.entities.map(\.name)
        else {
            throw ModelFault(
                file: Model.File.encoder.rawValue, field: "schema",
                detail: "the files' features or entities are not those the model was trained on")
        }
        return try run(progress: progress) { () throws(DataFileError) in
            var sources: [any LabelledTransactionSource] = []
            for path in paths { sources.append(try TransactionFile(path: path, schema: schema).reader()) }
            return sources
        }
    }

    /// Replays sources merged by time; `sources` is called a second time where one goes back in time.
    ///
    /// - Throws: what a source throws, or what makes scoring impossible.
    public func run(
        progress: (Int, EventTime) -> Void = { _, _ in },
        sources: () throws(DataFileError) -> [any LabelledTransactionSource]
    ) throws -> ReplayReport {
        if let report = try pass(try MergedTransactions(try sources()), progress) { return report }
        let sorted = try pass(try MergedTransactions(sorting: try sources()), progress)
        return sorted ?? tally.report(threshold: scorer.thresholds.review, seconds: 0)
    }

    /// nil where the transactions turned out not to be in the order of time.
    private func pass(_ source: MergedTransactions, _ progress: (Int, EventTime) -> Void) throws -> ReplayReport? {
        reset()
        var source = source
        var newest = EventTime(milliseconds: .min)
        while let item = try source.next() {
            let time = item.transaction.time
            if time < newest { return nil }
            newest = time
            // Read on, to know that nothing of the span stands behind.
            if time >= to {
                try finish()
                continue
            }
            try take(item)
            let read = tally.events + tally.warmUpEvents
            if read % 1024 == 0 { progress(read, time) }
        }
        try finish()
        return tally.report(threshold: scorer.thresholds.review, seconds: (elapsed ?? .zero) / .seconds(1))
    }

    /// Scores what is left of the span and stops the clock; again without effect.
    private func finish() throws {
        guard elapsed == nil else { return }
        try score()
        elapsed = started.map { ContinuousClock.now - $0 } ?? .zero
    }

    private func reset() {
        scorer.release(users.values.lazy.map(\.state))
        users.removeAll()
        requests.removeAll()
        truths.removeAll()
        entities = EntityReplay(schema: scorer.model.encoder.schema)
        tally = ReplayTally(ruleIDs: scorer.ruleIDs)
        started = nil
        elapsed = nil
    }

    private func take(_ item: LabelledTransaction) throws {
        let transaction = item.transaction
        // The ledger runs ahead of the batch and is pruned with a week to spare.
        let isDayOld = requests.first.map {
            $0.transaction.time.advanced(byMilliseconds: EventTime.millisecondsPerDay) <= transaction.time
        }
        if requests.count == Self.batchLimit || isDayOld == true { try score() }
        entities.add(transaction, contributor: contributor)
        let user = user(transaction.user)
        let request = Scorer.Request(transaction: transaction, user: user.state)
        if transaction.time < from {
            tally.warmUpEvents += 1
            scorer.absorb(request, ledger: entities.ledger)
        } else {
            started = started ?? .now
            tally.events += 1
            requests.append(request)
            truths.append((user.number, item.isFraud))
        }
        guard let isFraud = item.isFraud else { return }
        entities.add(
            Label(
                transactionID: transaction.id, user: transaction.user, fraud: isFraud,
                knownAt: transaction.time.advanced(byMilliseconds: labelDelayMilliseconds),
                transactionTime: transaction.time, entities: transaction.entities))
    }

    private func score() throws {
        guard !requests.isEmpty else { return }
        let outcomes = try scorer.score(requests, ledger: entities.ledger)
        for (index, outcome) in outcomes.enumerated() {
            tally.add(
                outcome, isFraud: truths[index].isFraud, user: truths[index].user,
                time: requests[index].transaction.time)
        }
        requests.removeAll(keepingCapacity: true)
        truths.removeAll(keepingCapacity: true)
    }

    private func user(_ id: String) -> (number: UInt32, state: UserState) {
        if let known = users[id] { return known }
        let new = (number: UInt32(users.count), state: scorer.newUser())
        users[id] = new
        return new
    }
}
