internal import Kafka
internal import Scoring
internal import Sequences
internal import Transactions

/// A model that scores the events beside the one in use and decides nothing: it touches no state but its own, and where it
/// fails it is left out.
///
/// Its users begin with the histories that the model in use has of them, which is also how a restart finds them again.
/// Owned by the processor's thread.
final class ShadowModel {
    struct Name: Hashable, Sendable {
        /// The last part of the model's path.
        var directory: String
        var hash: String
    }

    /// How a shadow agreed with what was decided.
    struct Counts: Hashable, Sendable {
        /// Most events of an input and a commit that are kept though only the shadow flags them: a shadow that flags
        /// everything must not fill the database.
        static let keptLimit: Int64 = 512

        var events: Int64 = 0
        var bothFlagged: Int64 = 0
        var onlyShadow: Int64 = 0
        var onlyActive: Int64 = 0
        var notStored: Int64 = 0

        /// Counts an event; false where nothing is kept of it.
        mutating func add(isFlagged: Bool, byShadow: Bool) -> Bool {
            events += 1
            switch (isFlagged, byShadow) {
            case (true, true): bothFlagged += 1
            case (true, false): onlyActive += 1
            case (false, false): return false
            case (false, true):
                onlyShadow += 1
                guard onlyShadow <= Self.keptLimit else {
                    notStored += 1
                    return false
                }
            }
            return true
        }
    }

    let name: Name
    let scorer: Scorer
    private(set) var hasFailed = false
    private var users: [TopicPartition: [Text: UserState]] = [:]
    private var requests: [Scorer.Request] = []

    init(name: String, scorer: Scorer) {
        self.name = Name(directory: name, hash: scorer.model.hash)
        self.scorer = scorer
    }

    /// Takes in a batch that the model in use has not seen yet.
    func take(_ batch: ScoringBatch, input: (ScoringBatch.Source) -> TopicPartition) {
        requests.removeAll(keepingCapacity: true)
        guard !hasFailed else { return }
        batch.forEach { part, index, source in
            let (request, input) = (part.requests[index], input(source))
            let id = Text(request.transaction.user)
            let state =
                users[input]?[id]
                ?? UserState(history: request.user.history, profile: request.user.profile)
            users[input, default: [:]][id] = state
            requests.append(Scorer.Request(transaction: request.transaction, user: state))
        }
    }

    /// Scores the batch taken in.
    func score(_ ledger: EntityLedger) -> Result<[Scorer.Outcome], any Error> {
        defer { requests.removeAll(keepingCapacity: true) }
        let result = Result {
            let outcomes = try scorer.score(requests, ledger: ledger)
            try ScoringFault.check(outcomes)
            return outcomes
        }
        if case .failure = result {
            hasFailed = true
            for input in Array(users.keys) { drop(input) }
        }
        return result
    }

    /// Forgets an input's users.
    func drop(_ input: TopicPartition) {
        guard let gone = users.removeValue(forKey: input) else { return }
        scorer.release(gone.values)
    }

    /// Forgets one user of an input.
    func drop(_ id: String, of input: TopicPartition) {
        guard let gone = users[input]?.removeValue(forKey: Text(id)) else { return }
        scorer.release([gone])
    }
}
