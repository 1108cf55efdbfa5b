public import Rules
public import Sequences
public import Transactions
public import Transformer

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

    /// An encoder behind one reference: the hot path then counts one, not one for each of its tables.
    final class Encoding {
        private let encoder: Encoder

        init(encoder: Encoder) { self.encoder = encoder }

        func encode(_ raw: [UInt32], numbers: inout [Float], bins: inout [UInt16]) {
            raw.withUnsafeBufferPointer { raw in
                numbers.withUnsafeMutableBufferPointer { numbers in
                    bins.withUnsafeMutableBufferPointer { bins in encoder.encode(raw, numbers: numbers, bins: bins) }
                }
            }
        }
    }

    /// What became of one event.
    public enum Outcome: Hashable, Sendable {
        /// The user's retained history holds the same transaction id already.
        case duplicate
        /// `late`: older than the user's newest event.
        case scored(Decision, late: Bool)

        /// Whether its scores are numbers; one that is none would pass every threshold.
        public var isSound: Bool {
            guard case .scored(let decision, _) = self else { return true }
            return decision.modelScore.isFinite && decision.score.isFinite
        }
    }

    /// Parts of the work on a batch, in their order.
    public enum Stage: Sendable {
        /// Features of the transactions and their encoding.
        case encode
        /// The transformer, and caches rebuilt for it.
        case score
        /// Calibration, rules and thresholds, and the reasons of what is flagged.
        case rules
    }

    public private(set) var model: Model
    public private(set) var thresholds: Thresholds
    public var rules: RuleSet { evaluator.rules }
    /// Conditions that failed at run time, such as for a missing value, since the rules were put in force.
    public var ruleErrorTotal: Int { evaluator.errorTotal }
    /// The rules' identifiers in order of evaluation.
    public var ruleIDs: [String] { evaluator.rules.rules.map(\.id) }

    /// Told when a stage of a batch has ended; for measurements only.
    public var stageEnded: ((Stage) -> Void)?

    /// Others that decide on the same events; nil where there are none, as always in `run`.
    package private(set) var challengers: ScorerChallengers?

    var evaluator: RuleEvaluator
    var observations = RuleObservations()
    /// The same for every model of this scorer: `swap` sees to it.
    let extractor: FeatureExtractor
    private(set) var encoding: Encoding
    /// Where the ledger keeps the entities of the batch: (events, entities).
    var slots: [Int] = []
    /// What is known of the current event's: (entities).
    var risks: [EntityRisk?]
    var touched = 0
    private(set) var reasonGroups: [ReasonGroup]
    private(set) var transformer: StreamingTransformer
    private(set) var caches: KeyValueStore
    let cacheMemoryBytes: Int
    let explains: Bool
    var rows: TokenRows
    var logits: [Float] = []
    var probeLogits: [Float] = []
    var raw: [UInt32]
    var numbers: [Float]
    var bins: [UInt16]
    /// Users with an open history, and the bytes of these.
    var hotUsers: [UserState] = []
    var hotHistoryBytes = 0
    private var absorbed = 0
    var prepared: [PreparedEvent] = []
    /// Raw features of the whole batch: (events, rawCount).
    var rawOfBatch: [UInt32] = []
    var batchNumber: UInt64 = 0
    /// Events of the batch by wave, and where each wave begins among them.
    var waveEvents: [Int] = []
    var waveStarts: [Int] = []
    private var flagged: [Int] = []
    private let thresholdsAreGiven: Bool

    /// - Parameters:
    ///   - thresholds: nil takes the model's own.
    ///   - cacheMemoryBytes: bound on what hot users take; the least recently used grow cold beyond it.
    ///   - cachePrecision: how keys and values are held while hot.
    ///   - explains: whether flagged events get their reasons, which nothing else depends on.
    /// - Throws: `TransformerError` when the weights do not fit their configuration.
    public init(
        model: Model, rules: RuleSet, thresholds: Thresholds? = nil, cacheMemoryBytes: Int = 1 << 31,
        cachePrecision: CachePrecision = .float32, explains: Bool = true
    ) throws {
        self.model = model
        self.thresholds = thresholds ?? Thresholds(review: model.threshold)
        thresholdsAreGiven = thresholds != nil
        self.cacheMemoryBytes = cacheMemoryBytes
        self.explains = explains
        evaluator = RuleEvaluator(rules)
        extractor = model.encoder.extractor
        encoding = Encoding(encoder: model.encoder)
        reasonGroups = ReasonGroup.groups(of: model.encoder)
        transformer = StreamingTransformer(try StreamingWeights(model.configuration, model.parameters))
        caches = KeyValueStore(model.configuration, precision: cachePrecision)
        rows = TokenRows(model.configuration)
        risks = Array(repeating: nil, count: extractor.entities.count)
        raw = Array(repeating: 0, count: extractor.rawCount)
        numbers = Array(repeating: 0, count: model.encoder.numberCount)
        bins = Array(repeating: 0, count: model.encoder.binCounts.count)
    }

    /// Puts another rule set in place of the one in force, from the next event on.
    ///
    /// Aggregates that both declare go on; new ones begin empty.
    public func replaceRules(_ rules: RuleSet) { evaluator = RuleEvaluator(rules) }

    /// Makes room for challengers, before the first event; the scorer must not be swapped from then on.
    ///
    /// - Parameter memoryBytes: bound on the cached keys and values of all of them.
    package func admitChallengers(memoryBytes: Int) -> ScorerChallengers {
        let admitted = ScorerChallengers(model, transformer, precision: caches.precision, memoryBytes: memoryBytes)
        challengers = admitted
        return admitted
    }

    /// A user never seen before.
    public func newUser() -> UserState {
        UserState(history: UserHistory(rawCount: extractor.rawCount, capacity: model.configuration.historyLength))
    }

    /// Bytes a user's cached keys and values take while hot.
    public var bytesPerHotUser: Int { caches.bytesPerCache }

    /// How keys and values are held while hot.
    public var cachePrecision: CachePrecision { caches.precision }

    /// Puts another model in this one's place, between two batches: users keep their histories, caches are rebuilt when
    /// next needed. Thresholds given to the scorer stay, else they are the new model's.
    ///
    /// - Throws: `ModelFault` where the model was trained under another schema, or its weights do not fit: nothing has
    ///   changed then.
    public func swap(model new: Model) throws {
        guard new.encoder.schema == model.encoder.schema else {
            throw ModelFault(
                file: Model.File.encoder.rawValue, field: "schema",
                detail: "is not that of the model in use: histories and rules would not fit")
        }
        let weights = try StreamingWeights(new.configuration, new.parameters)
        for user in hotUsers { dropCache(of: user) }
        // Histories of another length are opened anew, with the user's next event.
        if new.historyLength != model.historyLength { release(hotUsers) }
        transformer = StreamingTransformer(weights)
        caches = KeyValueStore(new.configuration, precision: caches.precision)
        rows = TokenRows(new.configuration)
        numbers = Array(repeating: 0, count: new.encoder.numberCount)
        bins = Array(repeating: 0, count: new.encoder.binCounts.count)
        reasonGroups = ReasonGroup.groups(of: new.encoder)
        if !thresholdsAreGiven { thresholds = Thresholds(review: new.threshold) }
        encoding = Encoding(encoder: new.encoder)
        model = new
    }

    /// A user as a checkpoint knows it.
    public func user(
        from history: PackedHistory, profile: UserProfile = UserProfile(), newestOffset: Int64
    ) -> UserState {
        UserState(
            packed: history, profile: profile, rawCount: extractor.rawCount, capacity: model.historyLength,
            newestOffset: newestOffset)
    }

    /// Decides on events in their given order; a user's events must stand in the order of their offsets.
    public func score(_ requests: [Request], ledger: EntityLedger) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        try score(requests, ledger: ledger, into: &outcomes)
        return outcomes
    }

    /// The same into memory of the caller's: with users hot and nothing flagged it allocates nothing.
    ///
    /// - Parameter outcomes: one a request, whatever it held before.
    public func score(_ requests: [Request], ledger: EntityLedger, into outcomes: inout [Outcome]) throws {
        outcomes.removeAll(keepingCapacity: true)
        outcomes.append(contentsOf: repeatElement(.duplicate, count: requests.count))
        try requests.withUnsafeBufferPointer { requests in
            try outcomes.withUnsafeMutableBufferPointer { outcomes in
                guard let part = BatchPart(requests, outcomes) else { return }
                try score(part, ledger: ledger)
            }
        }
    }

    /// Events taken through all stages together: few enough that their users are still near at the last.
    private static let together = 128

    /// Decides on requests whose outcomes say `duplicate` before.
    private func score(_ part: BatchPart, ledger: EntityLedger) throws {
        // Challengers number their users by the whole batch.
        let together = challengers == nil ? Self.together : max(1, part.count)
        for start in stride(from: 0, to: part.count, by: together) {
            try scoreTogether(part.part(start..<min(start + together, part.count)), ledger: ledger)
        }
        evictBeyondBound()
        challengers?.evictBeyondBound()
    }

    private func scoreTogether(_ part: BatchPart, ledger: EntityLedger) throws {
        batchNumber += 1
        prepare(part, ledger: ledger)
        defer { for index in 0..<part.count { part.lend(index) { endBatch(of: $0.user) } } }
        sortByWave()
        for wave in 0..<waveStarts.count - 1 {
            let events = waveStarts[wave]..<waveStarts[wave + 1]
            if wave > 0 { fillRows(of: events, part) }
            stageEnded?(.encode)
            try transformer.advance(rows, in: caches, logits: &logits)
            try challengers?.advance()
            stageEnded?(.score)
            flagged.removeAll(keepingCapacity: true)
            for place in events {
                let index = waveEvents[place]
                let decision = part.lend(index) { decide(prepared[index], on: $0.transaction, of: $0.user, ledger) }
                part.outcome(of: index).pointee = .scored(decision, late: prepared[index].late)
                if decision.disposition != .allow { flagged.append(index) }
            }
            challengers?.decide(waveEvents[events], prepared, part, logits)
            if explains, !flagged.isEmpty { try explain(flagged, of: part) }
            stageEnded?(.rules)
        }
    }

    /// Takes an event into its user's history without scoring it: for restoring what has been decided before.
    ///
    /// - Parameters:
    ///   - decision: what was decided then, before a circuit breaker held it; nil where it is not known.
    ///   - later: ids of the aggregates that did not count it then.
    public func absorb(
        _ request: Request, ledger: EntityLedger, decision: Disposition? = nil, notCountedBy later: Set<UInt64> = []
    ) {
        let user = request.user
        open(user)
        let id = StableHash.identifier(request.transaction.id)
        guard !user.withOpen({ $0.contains(id: id) }) else { return }
        dropCache(of: user)
        let transaction = request.transaction
        hotHistoryBytes += user.withOpen { history in
            let time = history.effectiveTime(of: transaction.time)
            extractor.entities.read(transaction, at: time, ledger: ledger, into: &risks)
            raw.withUnsafeMutableBufferPointer {
                extractor.extract(transaction, history: history, risks: risks, into: $0)
            }
            evaluator.absorb(transaction, at: time, history: history, profile: &user.profile, notCountedBy: later)
            challengers?.absorb(transaction, at: time, history: history)
            return append(transaction, id: id, to: &history)
        }
        if let decision { user.profile.lastDecision = decision }
        absorbed += 1
        // Now and then is enough while restoring.
        if absorbed % 1024 == 0 {
            batchNumber += 1
            evictBeyondBound()
        }
    }

    /// Gives back what the scorer holds for users that go elsewhere.
    public func release(_ users: some Sequence<UserState>) {
        for user in users { unlist(user) }
        hotUsers.removeAll { !$0.isListed }
    }
}
