public import Rules
public import Sequences
internal import Synchronization
public import Transactions

/// Scorers that share one owner's users among them and decide on a batch side by side.
///
/// A user stays with one of them and nothing of a decision comes from another user, so the decisions are those of a
/// single scorer, to the bit, however many there are. Not Sendable: one thread owns the group and its `UserState`s.
public final class ScorerGroup {
    /// Below so many requests a batch is decided on by the caller's thread alone: waking another costs more.
    private static let leastShared = 64

    private let scorers: [Scorer]
    /// All have the same model and rules.
    private var first: Scorer { scorers[0] }
    /// For each scorer, which requests of the batch are its own.
    private var places: [[Int]]
    private var newest = 0

    /// - Parameters:
    ///   - threads: how many scorers, at least one.
    ///   - make: makes a scorer for its share of the hot users' memory, in bytes.
    public init(threads: Int, cacheMemoryBytes: Int, _ make: (_ cacheMemoryBytes: Int) throws -> Scorer) rethrows {
        let count = max(1, threads)
        scorers = try (0..<count).map { _ in try make(cacheMemoryBytes / count) }
        places = Array(repeating: [], count: count)
    }

    /// A group of one.
    public convenience init(_ scorer: Scorer) {
        self.init(threads: 1, cacheMemoryBytes: scorer.cacheMemoryBytes) { _ in scorer }
    }

    /// How many decide side by side.
    package var threads: Int { scorers.count }
    public var model: Model { first.model }
    public var rules: RuleSet { first.rules }
    /// See `Scorer.ruleErrorTotal`.
    public var ruleErrorTotal: Int { scorers.reduce(0) { $0 + $1.ruleErrorTotal } }
    /// See `Scorer.hotBytes`.
    public var hotBytes: Int { scorers.reduce(0) { $0 + $1.hotBytes } }

    /// A user never seen before.
    public func newUser() -> UserState { assign(first.newUser()) }

    /// A user as a checkpoint knows it.
    public func user(
        from history: PackedHistory, profile: UserProfile = UserProfile(), newestOffset: Int64
    ) -> UserState {
        assign(first.user(from: history, profile: profile, newestOffset: newestOffset))
    }

    private func assign(_ user: UserState) -> UserState {
        newest += 1
        user.scorer = newest % scorers.count
        return user
    }

    /// As `Scorer.score`: decides on events in their given order.
    ///
    /// - Throws: the first scorer's error; the others may have taken in their events then.
    public func score(_ requests: [Scorer.Request], ledger: EntityLedger) throws -> [Scorer.Outcome] {
        guard scorers.count > 1 else { return try first.score(requests, ledger: ledger) }
        for index in places.indices { places[index].removeAll(keepingCapacity: true) }
        for index in requests.indices { places[requests[index].user.scorer].append(index) }
        var outcomes = [Scorer.Outcome](repeating: .duplicate, count: requests.count)
        try requests.withUnsafeBufferPointer { requests in
            try outcomes.withUnsafeMutableBufferPointer { try score(requests, ledger, into: $0) }
        }
        return outcomes
    }

    private func score(
        _ requests: UnsafeBufferPointer<Scorer.Request>, _ ledger: EntityLedger,
        into outcomes: UnsafeMutableBufferPointer<Scorer.Outcome>
    ) throws {
        // Each scorer is one item's, and its users are no other's; the owner waits until all are done.
        nonisolated(unsafe) let (scorers, requests, outcomes) = (scorers, requests, outcomes)
        let places = places
        let failure = Mutex<(any Error)?>(nil)
        let threads = requests.count < Self.leastShared ? 1 : scorers.count
        ParallelWork.run(count: scorers.count, threads: threads) { _, item in
            do {
                try places[item].withUnsafeBufferPointer { places in
                    guard let part = BatchPart(requests, outcomes, places: places) else { return }
                    try scorers[item].score(part, ledger: ledger)
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// The same of one scorer's requests: others may decide on theirs at the same time.
    package func score(
        _ requests: [Scorer.Request], by scorer: Int, ledger: EntityLedger, into outcomes: inout [Scorer.Outcome]
    ) throws {
        try scorers[scorer].score(requests, ledger: ledger, into: &outcomes)
    }

    /// As `Scorer.absorb`.
    public func absorb(
        _ request: Scorer.Request, ledger: EntityLedger, decision: Disposition? = nil,
        notCountedBy later: Set<UInt64> = []
    ) {
        scorers[request.user.scorer].absorb(request, ledger: ledger, decision: decision, notCountedBy: later)
    }

    /// Gives back what the scorers hold for users that go elsewhere.
    public func release(_ users: some Sequence<UserState>) {
        let users = Array(users)
        for (number, scorer) in scorers.enumerated() { scorer.release(users.lazy.filter { $0.scorer == number }) }
    }

    /// As `Scorer.swap`: all or none, as what makes one refuse a model makes the first refuse it.
    public func swap(model: Model) throws {
        for scorer in scorers { try scorer.swap(model: model) }
    }

    /// As `Scorer.replaceRules`.
    public func replaceRules(_ rules: RuleSet) {
        for scorer in scorers { scorer.replaceRules(rules) }
    }
}
