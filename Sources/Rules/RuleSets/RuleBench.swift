internal import Sequences
public import Transactions

/// Rules with users and entities of their own but no model: for fixtures, explanations and measurements.
public final class RuleBench {
    public let evaluator: RuleEvaluator
    private let contributor: VelocityContributor?
    private var entities: EntityReplay
    private var users: [String: (history: UserHistory, profile: UserProfile)] = [:]
    private var observations = RuleObservations()

    public init(_ rules: RuleSet) {
        evaluator = RuleEvaluator(rules)
        contributor = VelocityContributor(rules)
        entities = EntityReplay(schema: rules.schema)
    }

    /// Decides on an event, after those before it.
    ///
    /// - Parameters:
    ///   - review: the score from which the score alone asks for a review.
    ///   - decline: the score from which it asks for declining; nil for none.
    public func take(
        _ transaction: Transaction, modelScore: Double, review: Double, decline: Double? = nil
    ) -> Decision {
        let before = observe(transaction)
        let outcome = evaluator.evaluate(
            transaction, modelScore: modelScore, lastDecision: before, observations: observations, row: 0,
            ledger: entities.ledger)
        let (disposition, decidedBy) = outcome.decision(modelScore: modelScore) { score in
            if let decline, score >= decline { return .decline }
            return score >= review ? .review : .allow
        }
        users[transaction.user]?.profile.lastDecision = disposition
        return Decision(
            disposition: disposition, modelScore: Float(modelScore), score: Float(outcome.score), decidedBy: decidedBy,
            hits: outcome.hits)
    }

    /// Every rule's value and the values within it, on an event after those before it.
    public func explain(_ transaction: Transaction, modelScore: Double) -> [RuleExplanation] {
        let before = observe(transaction)
        return evaluator.explain(
            transaction, modelScore: modelScore, lastDecision: before, observations: observations, row: 0,
            ledger: entities.ledger)
    }

    /// Takes the event in; returns what was last decided on its user.
    private func observe(_ transaction: Transaction) -> Disposition? {
        entities.add(transaction, contributor: contributor)
        var user = users[transaction.user] ?? (UserHistory(rawCount: 0, capacity: 64), UserProfile())
        observations.removeAll()
        _ = evaluator.observe(
            transaction, at: user.history.effectiveTime(of: transaction.time), history: user.history,
            profile: &user.profile, into: &observations)
        user.history.append(
            raw: UnsafeBufferPointer(start: nil, count: 0), time: transaction.time,
            id: StableHash.identifier(transaction.id), amount: transaction.amount)
        users[transaction.user] = user
        return user.profile.lastDecision
    }
}
