internal import Scoring
internal import Sequences
internal import Transactions

/// A part of the users, with the state that every entrant keeps of them. One thread at a time.
final class ReplayShard {
    /// What is to be done with a transaction.
    enum Purpose {
        /// Before the span: only taken in.
        case context
        /// Before the span: scored, to see how scores lay then.
        case reference
        /// Of the span.
        case decision
    }

    /// One transaction of a block.
    struct Item {
        var transaction: Transaction
        /// The user's place in this shard.
        var user: Int
        var purpose: Purpose
    }

    /// Most events scored in one pass, as in `run`.
    static let batchLimit = 512

    var items: [Item] = []
    /// (entrants, scored items) in the order of the items.
    private(set) var outcomes: [[Scorer.Outcome]]
    /// Feature counts of the champion, where asked for.
    private(set) var drift: DriftCounter?
    private(set) var fault: (any Error)?

    private let scorers: [Scorer]
    /// The ledger that each entrant reads.
    private let ledgers: [Int]
    private var users: [[UserState]]
    private var requests: [Scorer.Request] = []
    private var purposes: [Purpose] = []

    init(scorers: [Scorer], ledgers: [Int], drift: DriftCounter?) {
        self.scorers = scorers
        self.ledgers = ledgers
        self.drift = drift
        outcomes = Array(repeating: [], count: scorers.count)
        users = Array(repeating: [], count: scorers.count)
    }

    /// The champion's features by name.
    var featureNames: [String] { scorers.first?.model.encoder.extractor.names ?? [] }

    /// Scores the items with every entrant; ledgers hold what the whole block may read.
    func process(_ ledgers: [EntityLedger]) {
        do {
            for entrant in scorers.indices {
                outcomes[entrant].removeAll(keepingCapacity: true)
                try process(entrant, ledgers[self.ledgers[entrant]])
            }
        } catch {
            fault = error
        }
        items.removeAll(keepingCapacity: true)
    }

    private func process(_ entrant: Int, _ ledger: EntityLedger) throws {
        let scorer = scorers[entrant]
        for item in items {
            while users[entrant].count <= item.user { users[entrant].append(scorer.newUser()) }
            let request = Scorer.Request(transaction: item.transaction, user: users[entrant][item.user])
            if item.purpose == .context {
                // What is late may lie before the span and still come after events of it.
                try score(entrant, ledger)
                scorer.absorb(request, ledger: ledger)
                if entrant == 0 { drift?.addAbsorbed(request.transaction, scorer) }
            } else {
                requests.append(request)
                purposes.append(item.purpose)
                if requests.count == Self.batchLimit { try score(entrant, ledger) }
            }
        }
        try score(entrant, ledger)
    }

    private func score(_ entrant: Int, _ ledger: EntityLedger) throws {
        guard !requests.isEmpty else { return }
        let scored = try scorers[entrant].score(requests, ledger: ledger)
        outcomes[entrant] += scored
        if entrant == 0, drift != nil {
            for index in requests.indices {
                drift?.addScored(
                    requests[index].transaction, scored[index], at: index, isOfSpan: purposes[index] == .decision,
                    scorers[entrant])
            }
        }
        requests.removeAll(keepingCapacity: true)
        purposes.removeAll(keepingCapacity: true)
    }
}
