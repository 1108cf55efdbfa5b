internal import Sequences
public import Transactions

/// Rules with users and entities of their own but no model: for fixtures, explanations and measurements.
public final class RuleBench {
    public let evaluator: RuleEvaluator
    private let contributor: VelocityContributor?
    private var entities: EntityReplay
    private var users: [Text: (history: UserHistory, profile: UserProfile)] = [:]
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
        let (lastDecision, row) = observe(transaction)
        let outcome = evaluator.evaluate(
            transaction, modelScore: modelScore, lastDecision: lastDecision, observations: observations, row: row,
            ledger: entities.ledger)
        let (disposition, decidedBy) = outcome.decision(modelScore: modelScore) { score in
            if let decline, score >= decline { return .decline }
            return score >= review ? .review : .allow
        }
        users[Text(transaction.user)]?.profile.lastDecision = disposition
        return Decision(
            disposition: disposition, modelScore: Float(modelScore), score: Float(outcome.score), decidedBy: decidedBy,
            hits: outcome.hits)
    }

    /// Every rule's value, the values within it and what keeps it from acting, on an event after those before it.
    public func explain(_ transaction: Transaction, modelScore: Double) -> [RuleExplanation] {
        let (lastDecision, row) = observe(transaction)
        return evaluator.explain(
            transaction, modelScore: modelScore, lastDecision: lastDecision, observations: observations, row: row,
            ledger: entities.ledger)
    }

    /// Takes the event in; returns what was last decided on its user, and where the observations hold the rest.
    private func observe(_ transaction: Transaction) -> (lastDecision: Disposition?, row: RuleObservations.Row) {
        entities.add(transaction, contributor: contributor)
        var user = users[Text(transaction.user)] ?? (UserHistory(rawCount: 0, capacity: 64), UserProfile())
        observations.removeAll()
        let time = user.history.effectiveTime(of: transaction.time)
        let row = evaluator.observe(
            transaction, at: time, history: user.history, profile: &user.profile,
            risks: evaluator.rules.riskReader.risks(transaction, at: time, ledger: entities.ledger),
            into: &observations)
        user.history.append(
            raw: UnsafeBufferPointer(start: nil, count: 0), time: transaction.time,
            id: StableHash.identifier(transaction.id), amount: transaction.amount)
        users[Text(transaction.user)] = user
        return (user.profile.lastDecision, row)
    }
}
