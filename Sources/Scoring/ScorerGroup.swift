public import Rules
public import Sequences
public import Transactions

/// Scorers that share one owner's users among them and decide on a batch side by side.
///
/// A user stays with one of them and nothing of a decision comes from another user, so the decisions are those of a
/// single scorer, to the bit, however many there are. Not Sendable: one thread owns the group and its `UserState`s.
public final class ScorerGroup {
    private let scorers: [Scorer]
    /// All have the same model and rules.
    private var first: Scorer { scorers[0] }
    private var newest = 0

    /// - Parameters:
    ///   - threads: how many scorers, at least one.
    ///   - make: makes a scorer for its share of the hot users' memory, in bytes.
    public init(threads: Int, cacheMemoryBytes: Int, _ make: (_ cacheMemoryBytes: Int) throws -> Scorer) rethrows {
        let count = max(1, threads)
        scorers = try (0..<count).map { _ in try make(cacheMemoryBytes / count) }
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

    /// As `Scorer.score`, of requests whose users are all one scorer's (`UserState.scorer`): others may decide on theirs at
    /// the same time.
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
