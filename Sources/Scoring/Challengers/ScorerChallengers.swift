package import Rules
package import Sequences
internal import Transactions
internal import Transformer

/// Other models, rules and thresholds that decide on the events of a scorer, to the same bits as scorers of their own.
///
/// Histories, duplicates and raw features are the scorer's for all of them; encodings where they are equal; the logits of
/// equal models are computed once, and of models that differ in the classifier alone only that. Challengers give no reasons.
package final class ScorerChallengers {
    /// (challengers) what each one's rules read of entities; set for a batch only, so that nobody else pays for a copy.
    package var ledgers: [EntityLedger] = []
    /// The users of the requests of the batch, or of the one event absorbed.
    package var users: [ChallengerUser] = []

    private let base: Model
    private let transformer: StreamingTransformer
    private let precision: CachePrecision
    private let memoryBytes: Int
    private var challengers: [Challenger] = []
    private var models: [ChallengerModel] = []
    private var hotUsers: [ChallengerUser] = []
    private var batchNumber: UInt64 = 0

    init(_ base: Model, _ transformer: StreamingTransformer, precision: CachePrecision, memoryBytes: Int) {
        self.base = base
        self.transformer = transformer
        self.precision = precision
        self.memoryBytes = memoryBytes
    }

    /// Challengers so far.
    package var count: Int { challengers.count }

    /// Models that compute logits of their own.
    package var modelCount: Int { models.count }

    /// Whether a model can read the histories and raw features of another's scorer.
    package static func canShare(_ model: Model, with base: Model) -> Bool {
        model.encoder.schema == base.encoder.schema && model.historyLength == base.historyLength
    }

    /// Enters a challenger, before the first event.
    ///
    /// - Parameter thresholds: nil takes the model's own.
    /// - Throws: `TransformerError` when the weights do not fit their configuration.
    package func add(_ model: Model, rules: RuleSet, thresholds: Thresholds?) throws {
        precondition(Self.canShare(model, with: base), "a challenger of other features or histories")
        challengers.append(Challenger(model, rules, thresholds, try source(of: model)))
    }

    /// A user never seen before.
    package func newUser() -> ChallengerUser { ChallengerUser(profiles: challengers.count, caches: models.count) }

    /// What a challenger made of the last batch, in the order of its requests.
    package func outcomes(of challenger: Int) -> [Scorer.Outcome] { challengers[challenger].outcomes }

    private func source(of model: Model) throws -> Challenger.Source {
        if model.hash == base.hash { return .scorer }
        if let equal = challengers.first(where: { $0.model.hash == model.hash }) { return equal.source }
        if Self.isEqual(model.encoder, base.encoder), model.configuration == base.configuration,
            let head = ClassifierHead(model.parameters, on: base.parameters)
        {
            return .scorerHead(transformer.add(head))
        }
        for (index, other) in models.enumerated()
        where Self.isEqual(model.encoder, other.model.encoder) && model.configuration == other.model.configuration {
            guard let head = ClassifierHead(model.parameters, on: other.model.parameters) else { continue }
            return .modelHead(model: index, head: other.transformer.add(head))
        }
        models.append(
            try ChallengerModel(
                model, sharesEncoding: Self.isEqual(model.encoder, base.encoder), precision: precision))
        return .model(models.count - 1)
    }

    private static func isEqual(_ left: Encoder, _ right: Encoder) -> Bool {
        left.schema == right.schema && left.fields == right.fields
    }
}

// What the scorer calls as it works on a batch.
extension ScorerChallengers {
    func begin(_ events: Int) {
        precondition(users.count == events && ledgers.count == challengers.count, "a user a request expected")
        batchNumber += 1
        for challenger in challengers { challenger.begin(events) }
        for model in models { model.begin(events) }
    }

    /// Takes an event in that is no duplicate, before it is appended to the history.
    ///
    /// - Parameters:
    ///   - risks: of its entities.
    ///   - isFirst: the user's first event of the batch.
    ///   - raw: the event's raw features.
    ///   - numbers: their encoding by the scorer's model, where the event is the first.
    ///   - bins: see `numbers`.
    func take(
        _ transaction: Transaction, at index: Int, time: EventTime, history: UserHistory, risks: [EntityRisk?],
        isFirst: Bool, _ raw: [UInt32], _ numbers: [Float], _ bins: [UInt16]
    ) {
        let user = users[index]
        user.usedAt = batchNumber
        for place in challengers.indices {
            let challenger = challengers[place]
            challenger.rows[index] = challenger.evaluator.observe(
                transaction, at: time, history: history, profile: &user.profiles[place], risks: risks,
                into: &challenger.observations)
        }
        for place in models.indices {
            let cache = user.caches[place] ?? models[place].warmCache(history)
            user.caches[place] = cache
            if isFirst { models[place].append(index, time: time, cache: cache, raw, numbers, bins) }
        }
        guard !models.isEmpty, !user.isListed else { return }
        user.isListed = true
        hotUsers.append(user)
    }

    /// Begins the rows of a wave after the first.
    func beginWave() { for model in models { model.beginWave() } }

    /// Adds an event to the wave; parameters as `take`.
    func refill(_ index: Int, time: EventTime, _ raw: [UInt32], _ numbers: [Float], _ bins: [UInt16]) {
        for place in models.indices {
            guard let cache = users[index].caches[place] else { continue }
            models[place].append(index, time: time, cache: cache, raw, numbers, bins)
        }
    }

    /// Computes the wave's logits, after the scorer has its own.
    func advance() throws {
        for model in models { try model.advance() }
        for challenger in challengers {
            switch challenger.source {
            case .scorerHead(let head): transformer.read(head: head, into: &challenger.logits)
            case .modelHead(let model, let head): models[model].transformer.read(head: head, into: &challenger.logits)
            case .scorer, .model: continue
            }
        }
    }

    /// Decides on the events of a wave.
    ///
    /// - Parameter logits: the scorer's.
    func decide(
        _ events: ArraySlice<Int>, _ prepared: [Scorer.PreparedEvent], _ part: BatchPart, _ logits: [Float]
    ) {
        for (place, challenger) in challengers.enumerated() {
            for index in events {
                let logit =
                    switch challenger.source {
                    case .scorer: logits[prepared[index].row]
                    case .scorerHead: challenger.logits[prepared[index].row]
                    case .model(let model): models[model].logits[models[model].rowOfEvent[index]]
                    case .modelHead(let model, _): challenger.logits[models[model].rowOfEvent[index]]
                    }
                let decision = challenger.decide(
                    part[index].transaction, logit: logit, at: index, &users[index].profiles[place],
                    ledgers[place])
                challenger.outcomes[index] = .scored(decision, late: prepared[index].late)
            }
        }
    }

    /// Takes an event in that is not scored.
    func absorb(_ transaction: Transaction, at time: EventTime, history: UserHistory) {
        guard let user = users.first else { return }
        dropCaches(of: user)
        for place in challengers.indices {
            challengers[place].evaluator.absorb(
                transaction, at: time, history: history, profile: &user.profiles[place])
        }
    }

    /// Once caches exceed their bound, the least recently used are freed until a tenth of it is.
    func evictBeyondBound() {
        guard bytesInUse > memoryBytes else { return }
        let goal = memoryBytes / 10 * 9
        hotUsers.sort { $0.usedAt < $1.usedAt }
        for user in hotUsers {
            guard bytesInUse > goal else { break }
            dropCaches(of: user)
            user.isListed = false
        }
        hotUsers.removeAll { !$0.isListed }
    }

    private var bytesInUse: Int { models.reduce(0) { $0 + $1.caches.bytesInUse } }

    private func dropCaches(of user: ChallengerUser) {
        for place in models.indices {
            guard let cache = user.caches[place] else { continue }
            models[place].caches.free(cache)
            user.caches[place] = nil
        }
    }
}
