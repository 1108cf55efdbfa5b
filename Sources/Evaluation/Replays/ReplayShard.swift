internal import Scoring
internal import Sequences
internal import Transactions

/// A model gives a transaction a score that is no number: nothing could be said of it by a threshold.
struct UnscorableTransaction: Error, CustomStringConvertible {
    let id: String
    /// The model's place among those replayed, 0 for the first.
    let entrant: Int

    var description: String { "model \(entrant + 1) gives transaction '\(id)' a score that is not a number" }
}

/// A part of the users, with the state that every entrant keeps of them. One thread at a time.
final class ReplayShard {
    /// What is to be done with a transaction.
    enum Purpose {
        /// Before the span: only taken in.
        case context
        /// Before the span: scored for what rules remember of decisions.
        case rehearsal
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
    /// (entrants) where each one decides.
    private let seats: [Seat]
    /// (scorers, users)
    private var users: [[UserState]]
    /// (scorers, users) what the challengers of each keep of them; empty where there are none.
    private var challengerUsers: [[ChallengerUser]]
    private var requests: [Scorer.Request] = []
    private var purposes: [Purpose] = []

    /// Where an entrant decides: as a scorer's own model and rules, or as one of its challengers.
    struct Seat {
        var scorer: Int
        /// nil for the scorer's own.
        var challenger: Int?
        /// The ledger that the entrant reads.
        var ledger: Int
    }

    init(scorers: [Scorer], seats: [Seat], drift: DriftCounter?) {
        self.scorers = scorers
        self.seats = seats
        self.drift = drift
        outcomes = Array(repeating: [], count: seats.count)
        users = Array(repeating: [], count: scorers.count)
        challengerUsers = Array(repeating: [], count: scorers.count)
    }

    /// The champion's features by name.
    var featureNames: [String] { scorers.first?.model.encoder.extractor.names ?? [] }

    /// Scores the items with every entrant; ledgers hold what the whole block may read.
    func process(_ ledgers: [EntityLedger]) {
        do {
            for scorer in scorers.indices { try process(scorer, ledgers) }
        } catch {
            fault = error
        }
        items.removeAll(keepingCapacity: true)
    }

    /// Gives the outcomes away for what is left of those of the block before.
    func handOver(_ outcomes: inout [[Scorer.Outcome]]) {
        swap(&self.outcomes, &outcomes)
        for entrant in self.outcomes.indices { self.outcomes[entrant].removeAll(keepingCapacity: true) }
    }

    private func process(_ place: Int, _ ledgers: [EntityLedger]) throws {
        let scorer = scorers[place]
        guard let own = seats.first(where: { $0.scorer == place && $0.challenger == nil })?.ledger else { return }
        let challengers = scorer.challengers
        challengers?.ledgers = seats.filter { $0.scorer == place && $0.challenger != nil }.map { ledgers[$0.ledger] }
        defer {
            challengers?.ledgers.removeAll()
            challengers?.users.removeAll(keepingCapacity: true)
        }
        for item in items {
            while users[place].count <= item.user {
                users[place].append(scorer.newUser())
                if let challengers { challengerUsers[place].append(challengers.newUser()) }
            }
            let request = Scorer.Request(transaction: item.transaction, user: users[place][item.user])
            if item.purpose == .context {
                // What is late may lie before the span and still come after events of it.
                try score(place, ledgers[own])
                challengers?.users.append(challengerUsers[place][item.user])
                scorer.absorb(request, ledger: ledgers[own])
                challengers?.users.removeAll(keepingCapacity: true)
                if place == 0 { drift?.addAbsorbed(request.transaction, scorer) }
            } else {
                challengers?.users.append(challengerUsers[place][item.user])
                requests.append(request)
                purposes.append(item.purpose)
                if requests.count == Self.batchLimit { try score(place, ledgers[own]) }
            }
        }
        try score(place, ledgers[own])
    }

    private func score(_ place: Int, _ ledger: EntityLedger) throws {
        guard !requests.isEmpty else { return }
        let scored = try scorers[place].score(requests, ledger: ledger)
        for (entrant, seat) in seats.enumerated() where seat.scorer == place {
            let own = seat.challenger.flatMap { scorers[place].challengers?.outcomes(of: $0) } ?? scored
            if let index = own.firstIndex(where: { !$0.isSound }) {
                throw UnscorableTransaction(id: requests[index].transaction.id, entrant: entrant)
            }
            outcomes[entrant] += own
        }
        if place == 0, drift != nil {
            for index in requests.indices {
                drift?.addScored(
                    requests[index].transaction, scored[index], at: index, for: purposes[index],
                    scorers[place])
            }
        }
        requests.removeAll(keepingCapacity: true)
        purposes.removeAll(keepingCapacity: true)
        scorers[place].challengers?.users.removeAll(keepingCapacity: true)
    }
}
