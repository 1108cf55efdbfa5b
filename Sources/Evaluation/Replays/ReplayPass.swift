internal import Foundation
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// One reading of an input: takes block after block in, has them scored, and fills the table. Owned by one thread.
///
/// While a block is scored, the one before goes into the table and the next is taken in.
final class ReplayPass {
    /// A scored item of a block: where its event stands, and where its outcome.
    private struct Place {
        var event: Int
        var shard: Int
        var position: Int
        var isOfSpan: Bool
    }

    /// Events taken in.
    private(set) var read = 0
    /// The feed's clock.
    private(set) var clock: EventTime?

    /// What was decided on the record to be found.
    private(set) var target: Scorer.Outcome?

    private let options: ReplayOptions
    private let workforce: ReplayWorkforce
    private var ledgers: [ReplayLedger]
    private var builder: ReplayTableBuilder
    private let carriesTruth: Bool
    private let referenceFrom: Int64
    private let sampleBound: UInt64
    private var users: [Text: Int] = [:]
    /// What labels said of transactions; unused where transactions bring their truth.
    private var labels = ReplayLabels()
    /// The block that is being scored, and where its items stand.
    private var block: [ReplayEvent] = []
    private var places: [Place] = []
    private var scoredInShard: [Int]
    /// What each entrant's circuit breakers hold.
    private var breakers: ReplayBreakers
    /// Events of this clock on are scored even before the span, for breakers count whole days.
    private let breakersFrom: Int64
    /// Whether rules remember what was decided before the span.
    private let remembersDecisions: Bool
    private var firstOfSpan: EventTime?
    private var lastOfSpan: EventTime?
    private let targetOffset: Int64?
    private let targetSource: Int?
    private var events = 0
    private var warmUpEvents = 0

    init(
        options: ReplayOptions, rules: [RuleSet], shards: [ReplayShard], ledgers: [ReplayLedger],
        builder: ReplayTableBuilder, sources: [ReplaySource], carriesTruth: Bool
    ) {
        breakers = ReplayBreakers(rules, sources: sources.count)
        breakersFrom = options.from.map(breakers.firstCounted) ?? .min
        remembersDecisions = rules.contains(where: \.readsLastDecision)
        self.options = options
        self.ledgers = ledgers
        self.builder = builder
        self.carriesTruth = carriesTruth
        targetOffset = options.target?.offset
        targetSource = options.target.flatMap { target in
            sources.firstIndex { $0.name == target.topic && $0.partition == target.partition }
        }
        workforce = ReplayWorkforce(shards, workers: options.workers)
        scoredInShard = Array(repeating: 0, count: shards.count)
        let share = min(max(options.userShare, 0), 1)
        sampleBound = share >= 1 ? .max : UInt64(share * Double(UInt32.max)) << 32
        let from = options.from?.milliseconds ?? .min
        let length = options.to.map { $0.milliseconds &- from } ?? .max
        let reference = min(max(0, length), 7 * EventTime.millisecondsPerDay)
        referenceFrom = options.measuresDrift && options.from != nil ? from &- reference : .max
    }

    /// Takes a block in and has scored what of it lies in the span; what is decided is that of the block before.
    func decide(_ next: [ReplayEvent]) throws {
        var admitted: [Place] = []
        admitted.reserveCapacity(next.count)
        for shard in scoredInShard.indices { scoredInShard[shard] = 0 }
        for index in next.indices { admit(next[index], at: index, to: &admitted) }
        try workforce.finish()
        for ledger in ledgers.indices { ledgers[ledger].apply() }
        workforce.begin(ledgers.map(\.ledger))
        collect()
        (block, places) = (next, admitted)
    }

    /// Waits for the last block's decisions.
    func finish() throws {
        try workforce.finish()
        collect()
        places.removeAll()
    }

    private func collect() {
        var outcomes: [Scorer.Outcome] = []
        for place in places {
            let event = block[place.event]
            guard case .transaction(let transaction, let isFraud) = event.payload else { continue }
            outcomes.removeAll(keepingCapacity: true)
            workforce.collect(shard: place.shard, position: place.position, into: &outcomes)
            breakers.hold(&outcomes, at: transaction.time, source: event.source)
            guard place.isOfSpan else { continue }
            if event.offset == targetOffset, event.source == targetSource { target = outcomes.first }
            builder.add(transaction, isFraud: isFraud, source: event.source, offset: event.offset, outcomes)
        }
    }

    private func admit(_ event: ReplayEvent, at index: Int, to admitted: inout [Place]) {
        read += 1
        clock = event.clock
        if let start = options.warmUpFrom, event.clock < start { return }
        // What lies past the span is only read for its labels and for where the data ends.
        if case .transaction(let transaction, _) = event.payload, let to = options.to, transaction.time >= to { return }
        for ledger in ledgers.indices { ledgers[ledger].add(event) }
        switch event.payload {
        case .label(let label):
            if !carriesTruth { labels.add(label) }
        case .transaction(let transaction, _):
            let isOfSpan = options.from.map { transaction.time >= $0 } ?? true
            guard isSampled(transaction.user) else { return }
            if isOfSpan {
                events += 1
                firstOfSpan = min(firstOfSpan ?? transaction.time, transaction.time)
                lastOfSpan = max(lastOfSpan ?? transaction.time, transaction.time)
            } else {
                warmUpEvents += 1
            }
            let purpose = isOfSpan ? .decision : purpose(before: event, transaction)
            let user = number(of: transaction.user)
            let shard = user % ReplayEngine.shardCount
            workforce.add(
                ReplayShard.Item(
                    transaction: transaction, user: user / ReplayEngine.shardCount, purpose: purpose), to: shard)
            guard purpose != .context else { return }
            if isOfSpan || !breakers.isEmpty {
                admitted.append(
                    Place(event: index, shard: shard, position: scoredInShard[shard], isOfSpan: isOfSpan))
            }
            scoredInShard[shard] += 1
        }
    }

    /// What is to be done with a transaction that lies before the span.
    private func purpose(before event: ReplayEvent, _ transaction: Transaction) -> ReplayShard.Purpose {
        if transaction.time.milliseconds >= referenceFrom { return .reference }
        return remembersDecisions || event.clock.milliseconds >= breakersFrom ? .rehearsal : .context
    }

    private func isSampled(_ user: String) -> Bool {
        if let only = options.onlyUser { return Text.equal(user, only) }
        return sampleBound == .max || StableHash.identifier(user) < sampleBound
    }

    private func number(of user: String) -> Int {
        let user = Text(user)
        if let known = users[user] { return known }
        let new = users.count
        users[user] = new
        return new
    }

    /// What the replay gives, once all blocks are in and finished.
    func finished(account: ReplayReader.Account, isPartial: Bool) -> ReplayResult {
        // A replay that was stopped knows nothing of what came after.
        let newest = isPartial ? clock : account.newest ?? clock
        let dataEnd = newest ?? EventTime(milliseconds: 0)
        let from = options.from ?? firstOfSpan ?? dataEnd
        let to = isPartial ? nil : options.to
        var result = ReplayResult(
            runID: UUID().uuidString.lowercased(), from: from,
            to: to ?? lastOfSpan?.advanced(byMilliseconds: 1) ?? dataEnd, dataEnd: dataEnd,
            labelDelayMilliseconds: options.labelDelayMilliseconds)
        result.events = events
        result.warmUpEvents = warmUpEvents
        result.duplicates = builder.duplicates
        result.late = builder.late
        result.faults = account.faults
        result.remarks = account.remarks
        result.isPartial = isPartial
        result.target = target
        result.drift = workforce.drift(featureNames: workforce.featureNames)
        result.table = builder.finished(
            labels: carriesTruth ? nil : labels, dataEnd: dataEnd,
            labelDelayMilliseconds: options.labelDelayMilliseconds, pseudonymizer: options.pseudonymizer)
        return result
    }
}
