public import Rules
public import Sequences
public import Transactions
internal import Transformer

/// Turns events into decisions: features, model, calibration, rules. Deterministic; no clock, no I/O, no randomness.
///
/// The same events in the same per-user order give the same decisions, however they are cut into batches and whenever
/// caches are dropped or rebuilt. Not Sendable: one thread owns a scorer and its `UserState`s.
public final class Scorer {
    /// One event to be scored and the user it belongs to.
    public struct Request {
        public var transaction: Transaction
        public var user: UserState

        public init(transaction: Transaction, user: UserState) {
            self.transaction = transaction
            self.user = user
        }
    }

    /// What became of one event.
    public enum Outcome: Hashable, Sendable {
        /// The user's retained history holds the same transaction id already.
        case duplicate
        /// `late`: older than the user's newest event.
        case scored(Decision, late: Bool)
    }

    public let model: Model
    public let thresholds: Thresholds
    public var rules: RuleSet { evaluator.rules }
    /// Conditions that failed at run time, such as for a missing value, since the rules were put in force.
    public var ruleErrorTotal: Int { evaluator.errorTotal }
    /// The rules' identifiers in order of evaluation.
    public var ruleIDs: [String] { evaluator.rules.rules.map(\.id) }

    var evaluator: RuleEvaluator
    var observations = RuleObservations()
    let extractor: FeatureExtractor
    let reasonGroups: [ReasonGroup]
    let transformer: StreamingTransformer
    let caches: KeyValueStore
    let cacheMemoryBytes: Int
    let explains: Bool
    var rows: TokenRows
    var logits: [Float] = []
    var probeLogits: [Float] = []
    var raw: [UInt32]
    var numbers: [Float]
    var bins: [UInt16]
    var hotUsers: [UserState] = []
    var prepared: [PreparedEvent] = []
    /// Raw features of the whole batch: (events, rawCount).
    var rawOfBatch: [UInt32] = []
    var batchNumber: UInt64 = 0

    /// - Parameters:
    ///   - cacheMemoryBytes: bound on cached keys and values; the least recently used are dropped beyond it.
    ///   - explains: whether flagged events get their reasons, which nothing else depends on.
    /// - Throws: `ModelFault` when the weights do not fit their configuration.
    public init(
        model: Model, rules: RuleSet, thresholds: Thresholds? = nil, cacheMemoryBytes: Int = 1 << 31,
        explains: Bool = true
    ) throws {
        self.model = model
        self.thresholds = thresholds ?? Thresholds(review: model.threshold)
        self.cacheMemoryBytes = cacheMemoryBytes
        self.explains = explains
        evaluator = RuleEvaluator(rules)
        extractor = model.encoder.extractor
        reasonGroups = ReasonGroup.groups(of: model.encoder)
        transformer = StreamingTransformer(try StreamingWeights(model.configuration, model.parameters))
        caches = KeyValueStore(model.configuration)
        rows = TokenRows(model.configuration)
        raw = Array(repeating: 0, count: extractor.rawCount)
        numbers = Array(repeating: 0, count: model.encoder.numberCount)
        bins = Array(repeating: 0, count: model.encoder.binCounts.count)
    }

    /// Puts another rule set in place of the one in force, from the next event on.
    ///
    /// Aggregates that both declare go on; new ones begin empty.
    public func replaceRules(_ rules: RuleSet) { evaluator = RuleEvaluator(rules) }

    /// A user never seen before.
    public func newUser() -> UserState {
        UserState(history: UserHistory(rawCount: extractor.rawCount, capacity: model.configuration.historyLength))
    }

    /// Decides on events in their given order; a user's events must stand in the order of their offsets.
    public func score(_ requests: [Request], ledger: EntityLedger) throws -> [Outcome] {
        batchNumber += 1
        prepare(requests, ledger: ledger)
        defer { for request in requests { request.user.eventsInBatch = 0 } }
        var outcomes = Array(repeating: Outcome.duplicate, count: requests.count)
        for (wave, events) in eventsByWave().enumerated() {
            if wave > 0 { fillRows(of: events, requests) }
            try transformer.advance(rows, in: caches, logits: &logits)
            var flagged: [Int] = []
            for index in events {
                let decision = decide(prepared[index], on: requests[index])
                outcomes[index] = .scored(decision, late: prepared[index].late)
                if decision.disposition != .allow { flagged.append(index) }
            }
            if explains { try explain(flagged, of: requests, into: &outcomes) }
        }
        evictBeyondBound()
        return outcomes
    }

    /// Takes an event into its user's history without scoring it: for restoring what has been decided before.
    ///
    /// - Parameter decision: what was decided then, before a circuit breaker held it; nil where it is not known.
    public func absorb(_ request: Request, ledger: EntityLedger, decision: Disposition? = nil) {
        let user = request.user
        let id = StableHash.identifier(request.transaction.id)
        guard !user.history.contains(id: id) else { return }
        dropCache(of: user)
        extract(request, ledger: ledger)
        evaluator.absorb(
            request.transaction, at: user.history.effectiveTime(of: request.transaction.time), history: user.history,
            profile: &user.profile)
        if let decision { user.profile.lastDecision = decision }
        append(request, id: id)
    }

    /// Gives back what the scorer holds for users that go elsewhere.
    public func release(_ users: some Sequence<UserState>) {
        for user in users { dropCache(of: user) }
        forgetColdUsers()
    }
}

extension Scorer {
    /// One event of the batch, with what rules and reasons need to know of the moment before it.
    struct PreparedEvent {
        /// How many events of the same user stand before it in the batch; -1 for a duplicate.
        var wave = -1
        var row = 0
        var late = false
        var time = EventTime(milliseconds: 0)
        /// Where what rules see of the moment begins in the batch's observations.
        var observation = 0
    }

    /// Extracts every event's features in order and fills `rows` with the first wave: each user's first event.
    ///
    /// Waves let several events of one user share a batch while each cache still ends at the event just scored.
    private func prepare(_ requests: [Request], ledger: EntityLedger) {
        rows.removeAll()
        prepared.removeAll(keepingCapacity: true)
        rawOfBatch.removeAll(keepingCapacity: true)
        observations.removeAll()
        for request in requests {
            let user = request.user
            let id = StableHash.identifier(request.transaction.id)
            guard !user.history.contains(id: id) else {
                prepared.append(PreparedEvent())
                rawOfBatch.append(contentsOf: repeatElement(0, count: raw.count))
                continue
            }
            var event = PreparedEvent()
            event.wave = user.eventsInBatch
            event.late = user.history.isLate(request.transaction.time)
            event.time = user.history.effectiveTime(of: request.transaction.time)
            event.observation = evaluator.observe(
                request.transaction, at: event.time, history: user.history, profile: &user.profile, ledger: ledger,
                into: &observations)
            let cache = warmCache(of: user)
            extract(request, ledger: ledger)
            if event.wave == 0 {
                appendRow(time: event.time, cache: cache)
                event.row = rows.count - 1
            }
            rawOfBatch.append(contentsOf: raw)
            user.eventsInBatch += 1
            append(request, id: id)
            prepared.append(event)
        }
    }

    /// Events to score by wave, in their order.
    private func eventsByWave() -> [[Int]] {
        let last = prepared.reduce(-1) { max($0, $1.wave) }
        var events = [[Int]](repeating: [], count: last + 1)
        for index in prepared.indices where prepared[index].wave >= 0 { events[prepared[index].wave].append(index) }
        return events
    }

    private func fillRows(of events: [Int], _ requests: [Request]) {
        rows.removeAll()
        for index in events {
            guard let cache = requests[index].user.cache else { continue }
            loadRaw(ofEvent: index)
            appendRow(time: prepared[index].time, cache: cache)
            prepared[index].row = rows.count - 1
        }
    }

    /// Puts the event's raw features back into `raw`.
    func loadRaw(ofEvent index: Int) {
        for feature in raw.indices { raw[feature] = rawOfBatch[index * raw.count + feature] }
    }

    private func extract(_ request: Request, ledger: EntityLedger) {
        raw.withUnsafeMutableBufferPointer {
            extractor.extract(request.transaction, history: request.user.history, ledger: ledger, into: $0)
        }
    }

    private func append(_ request: Request, id: UInt64) {
        raw.withUnsafeBufferPointer {
            request.user.history.append(
                raw: $0, time: request.transaction.time, id: id, amount: request.transaction.amount)
        }
    }

    /// Encodes `raw` and adds it as a row.
    func appendRow(time: EventTime, cache: KeyValueCache) {
        raw.withUnsafeBufferPointer { raw in
            numbers.withUnsafeMutableBufferPointer { numbers in
                bins.withUnsafeMutableBufferPointer { bins in
                    model.encoder.encode(raw, numbers: numbers, bins: bins)
                }
            }
        }
        rows.append(numbers: numbers, bins: bins, timeMilliseconds: time.milliseconds, cache: cache)
    }

    private func decide(_ event: PreparedEvent, on request: Request) -> Decision {
        let modelScore = model.calibration.probability(logit: logits[event.row])
        let user = request.user
        let outcome = evaluator.evaluate(
            request.transaction, modelScore: Double(modelScore), lastDecision: user.profile.lastDecision,
            observations: observations, row: event.observation)
        let (disposition, decidedBy) = outcome.decision(modelScore: Double(modelScore)) {
            thresholds.disposition(of: Float($0))
        }
        user.profile.lastDecision = disposition
        return Decision(
            disposition: disposition, modelScore: modelScore, score: Float(outcome.score), decidedBy: decidedBy,
            hits: outcome.hits)
    }
}
