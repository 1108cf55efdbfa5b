internal import Foundation
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// Passes past transactions through one or several entrants as `run` would have: the same features, scores and decisions,
/// bit for bit, whatever the number of workers.
///
/// Reads, but writes nowhere: own state, no group, no table. Transactions and labels are merged by time and a label counts
/// from its arrival. What grows with the range, about 60 bytes a decided transaction, is in temporary files once it is
/// much (`Column`).
public final class ReplayEngine {
    /// Users are spread over so many shards, whatever the number of workers.
    static let shardCount = 16

    private let entrants: [ReplayEntrant]
    private let options: ReplayOptions
    private let schema: TransactionSchema
    /// Entrants whose entity risk or aggregates of entities differ, each with a ledger of its own, and which each entrant reads.
    private let ledgerEntrants: [ReplayEntrant]
    private let ledgerOfEntrant: [Int]

    /// - Parameter entrants: the champion first.
    /// - Throws: `ReplayFault` where an entrant reads other fields than the champion or a segment is no field.
    public init(_ entrants: [ReplayEntrant], options: ReplayOptions) throws(ReplayFault) {
        guard let champion = entrants.first else { throw ReplayFault("nothing to replay with: no model") }
        self.entrants = entrants
        self.options = options
        schema = champion.model.encoder.schema
        var distinct: [ReplayEntrant] = []
        var places: [Int] = []
        for entrant in entrants {
            let own = entrant.model.encoder.schema
            guard own.entities.map(\.name) == schema.entities.map(\.name),
                own.features.map(\.name) == schema.features.map(\.name)
            else {
                throw ReplayFault("\(entrant.name): its model reads other entities or features than the champion's")
            }
            let known = distinct.firstIndex { other in
                let schema = other.model.encoder.schema
                let isAlike =
                    schema.entities == own.entities && schema.labelDelayMilliseconds == own.labelDelayMilliseconds
                    && schema.entityBucketMilliseconds == own.entityBucketMilliseconds
                let hasNone = VelocityContributor(other.rules) == nil && VelocityContributor(entrant.rules) == nil
                return isAlike && (hasNone || other.rules.hash == entrant.rules.hash)
            }
            if known == nil { distinct.append(entrant) }
            places.append(known ?? distinct.count - 1)
        }
        ledgerEntrants = distinct
        ledgerOfEntrant = places
        for name in options.segments where SegmentColumn(name, schema: schema) == nil {
            throw ReplayFault("segment '\(name)': the schema has no such entity or feature")
        }
    }

    /// Replays an input; where files go back in time, they are read again, whole, and sorted.
    ///
    /// - Parameters:
    ///   - isStopped: asked between blocks; true ends the replay with what is decided so far.
    ///   - progress: told after every block.
    /// - Throws: what reading throws, or what makes scoring impossible.
    public func run(
        _ input: ReplayInput, isStopped: () -> Bool = { false }, progress: (ReplayProgress) -> Void = { _ in }
    ) throws -> ReplayResult {
        if case .files(_, let fileSchema) = input, let fault = Self.mismatch(fileSchema, with: schema) { throw fault }
        do {
            return try pass(input, sorting: false, isStopped, progress)
        } catch is ReplayOrderFault {
            return try pass(input, sorting: true, isStopped, progress)
        }
    }

    private func pass(
        _ input: ReplayInput, sorting: Bool, _ isStopped: () -> Bool, _ progress: (ReplayProgress) -> Void
    ) throws -> ReplayResult {
        let started = ContinuousClock.now
        let (schema, delay) = (self.schema, options.labelDelayMilliseconds)
        let reader = ReplayReader {
            try input.open(schema: schema, labelDelayMilliseconds: delay, sorting: sorting)
        }
        defer { reader.stop() }
        var pass: ReplayPass?
        var isPartial = false
        while let (events, account) = try reader.next() {
            let current = try pass ?? makePass(account)
            pass = current
            try current.decide(events)
            progress(
                ReplayProgress(
                    events: current.read, expectedEvents: account.expectedEvents,
                    time: current.clock ?? EventTime(milliseconds: 0)))
            if current.target != nil { break }
            if isStopped() {
                isPartial = true
                break
            }
        }
        let account = reader.account
        let whole = try pass ?? makePass(account)
        try whole.finish()
        var result = whole.finished(account: account, isPartial: isPartial)
        if let fault = Column<Float>.fault { result.remarks.append("in memory instead of a file: \(fault)") }
        result.seconds = (ContinuousClock.now - started) / .seconds(1)
        let transactions = result.events + result.warmUpEvents
        result.eventsPerSecond = result.seconds > 0 ? Double(transactions) / result.seconds : 0
        return result
    }

    private func makePass(_ account: ReplayReader.Account) throws -> ReplayPass {
        let shards = try (0..<Self.shardCount).map { _ in try makeShard() }
        let contenders = entrants.map { entrant in
            ReplayContender(
                name: entrant.name, modelHash: entrant.model.hash, rulesHash: entrant.rules.hash,
                thresholds: entrant.thresholds ?? Thresholds(review: entrant.model.threshold),
                rules: entrant.rules.rules)
        }
        let builder = ReplayTableBuilder(
            contenders, sources: account.sources,
            segments: options.segments.compactMap { SegmentColumn($0, schema: schema) })
        return ReplayPass(
            options: options, rules: entrants.map(\.rules), shards: shards,
            ledgers: ledgerEntrants.map {
                ReplayLedger(schema: $0.model.encoder.schema, rules: $0.rules, sources: account.sources.count)
            }, builder: builder,
            sources: account.sources, carriesTruth: account.carriesTruth)
    }

    /// Scorers of one shard: one for the entrants that can share a history, the first of them with the others as its
    /// challengers.
    private func makeShard() throws -> ReplayShard {
        let share = options.cacheMemoryBytes / (Self.shardCount * entrants.count)
        var scorers: [Scorer] = []
        var seats: [ReplayShard.Seat] = []
        for (entrant, ledger) in zip(entrants, ledgerOfEntrant) {
            if let place = scorers.firstIndex(where: { ScorerChallengers.canShare(entrant.model, with: $0.model) }) {
                let scorer = scorers[place]
                let bound = share * (entrants.count - scorers.count)
                let challengers = scorer.challengers ?? scorer.admitChallengers(memoryBytes: bound)
                seats.append(ReplayShard.Seat(scorer: place, challenger: challengers.count, ledger: ledger))
                try challengers.add(entrant.model, rules: entrant.rules, thresholds: entrant.thresholds)
                continue
            }
            seats.append(ReplayShard.Seat(scorer: scorers.count, challenger: nil, ledger: ledger))
            scorers.append(
                try Scorer(
                    model: entrant.model, rules: entrant.rules, thresholds: entrant.thresholds, cacheMemoryBytes: share,
                    cachePrecision: options.cachePrecision, explains: options.explains))
        }
        return ReplayShard(
            scorers: scorers, seats: seats,
            drift: options.measuresDrift ? DriftCounter(entrants[0].model.encoder) : nil)
    }

    /// Why files of one schema cannot be read for a model of another, if they cannot.
    private static func mismatch(_ files: TransactionSchema, with model: TransactionSchema) -> ModelFault? {
        guard
            FeatureExtractor(schema: files).layout != FeatureExtractor(schema: model).layout
                || files.entities.map(\.name) != model.entities.map(\.name)
        else { return nil }
        return ModelFault(
            file: Model.File.encoder.rawValue, field: "schema",
            detail: "the files' features or entities are not those the model was trained on")
    }
}
