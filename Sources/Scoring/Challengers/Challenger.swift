internal import Rules
internal import Sequences
internal import Transactions

/// One challenger's rules and thresholds, and whose logits they judge.
final class Challenger {
    /// Whose logits.
    enum Source {
        /// The scorer's own model: the challenger differs in rules or thresholds only.
        case scorer
        /// Another classifier on the trunk of the scorer's model.
        case scorerHead(Int)
        /// Another model.
        case model(Int)
        /// Another classifier on another model's trunk.
        case modelHead(model: Int, head: Int)
    }

    let model: Model
    let thresholds: Thresholds
    let source: Source
    let evaluator: RuleEvaluator
    var observations = RuleObservations()
    /// (events) where what rules see of the moment stands.
    var rows: [RuleObservations.Row] = []
    var outcomes: [Scorer.Outcome] = []
    /// Logits of `source` where it is a head.
    var logits: [Float] = []

    init(_ model: Model, _ rules: RuleSet, _ thresholds: Thresholds?, _ source: Source) {
        self.model = model
        self.thresholds = thresholds ?? Thresholds(review: model.threshold)
        self.source = source
        evaluator = RuleEvaluator(rules)
    }

    /// Forgets the last batch.
    func begin(_ events: Int) {
        observations.removeAll()
        rows.removeAll(keepingCapacity: true)
        rows.append(contentsOf: repeatElement(.none, count: events))
        outcomes.removeAll(keepingCapacity: true)
        outcomes.append(contentsOf: repeatElement(.duplicate, count: events))
    }

    /// Decides on an event taken in as the batch's `index`-th.
    func decide(
        _ transaction: Transaction, logit: Float, at index: Int, _ profile: inout UserProfile, _ ledger: EntityLedger
    ) -> Decision {
        let modelScore = model.calibration.probability(logit: logit)
        let outcome = evaluator.evaluate(
            transaction, modelScore: Double(modelScore), lastDecision: profile.lastDecision, observations: observations,
            row: rows[index], ledger: ledger)
        let (disposition, decidedBy) = outcome.decision(modelScore: Double(modelScore)) {
            thresholds.disposition(of: Float($0))
        }
        profile.lastDecision = disposition
        return Decision(
            disposition: disposition, modelScore: modelScore, score: Float(outcome.score), decidedBy: decidedBy,
            hits: outcome.hits)
    }
}
