import Rules
import Sequences
import Transactions

/// A schema with one entity, a number and a category.
let schema = TransactionSchema(
    name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
    entities: [.init(name: "terminal", field: "terminal", risk: true)],
    features: [
        .init(name: "distance", kind: .number, fields: ["distance"]),
        .init(name: "country", kind: .category, fields: ["country"]),
    ])

func transaction(
    amount: Double = 100, terminal: String? = "t1", distance: FeatureValue = .number(3),
    country: FeatureValue = .text("DE")
) -> Transaction {
    // 2018-08-01T23:30:00Z, a Wednesday.
    Transaction(
        id: "x1", user: "u1", time: EventTime(milliseconds: 1_533_166_200_000), amount: amount, entities: [terminal],
        features: [distance, country])
}

/// Loads rules and applies them to one transaction of a user not seen before.
func outcome(
    of text: String, _ transaction: Transaction = transaction(), score: Double = 0.5, lastDecision: Disposition? = nil
) throws -> RuleOutcome {
    let evaluator = RuleEvaluator(try RuleSet.load(text: text, schema: schema))
    return evaluate(transaction, by: evaluator, score: score, lastDecision: lastDecision)
}

/// Applies rules to one transaction of a user not seen before.
func evaluate(
    _ transaction: Transaction, by evaluator: RuleEvaluator, score: Double = 0.5, lastDecision: Disposition? = nil,
    ledger: EntityLedger = EntityLedger(schema: schema)
) -> RuleOutcome {
    var observations = RuleObservations()
    var profile = UserProfile()
    let row = evaluator.observe(
        transaction, at: transaction.time, history: UserHistory(rawCount: 0, capacity: 8), profile: &profile,
        risks: EntityRiskReader(schema: evaluator.rules.schema).risks(
            transaction, at: transaction.time, ledger: ledger),
        into: &observations)
    return evaluator.evaluate(
        transaction, modelScore: score, lastDecision: lastDecision, observations: observations, row: row,
        ledger: ledger)
}

/// A rule file of one rule with this condition.
func ruleFile(when condition: String) -> String {
    "rules:\n  - id: a\n    when: >-\n      \(condition)\n    action: review\n"
}
