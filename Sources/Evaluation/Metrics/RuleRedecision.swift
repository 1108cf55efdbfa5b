internal import Rules
internal import Scoring
internal import Transactions

/// Decides rows anew from the rules that matched them, as `RuleEvaluator` does, with one of them left out.
struct RuleRedecision {
    private let contender: ReplayContender
    private let hits: RuleHits

    init(_ contender: ReplayContender) {
        self.contender = contender
        hits = RuleHits(contender)
    }

    /// What would have been decided without the rule; as it was where `excluded` is nil.
    func disposition(row: Int, without excluded: Int?) -> Disposition {
        let matched = hits[row].lazy.filter { Int($0) != excluded }.map { contender.rules[Int($0)] }
            .filter { $0.state == .active }
        let modelScore = Double(contender.modelScores[row])
        return RuleOutcome.settled(matched, modelScore: modelScore).decision(modelScore: modelScore) {
            contender.thresholds.disposition(of: Float($0))
        }.disposition
    }
}
