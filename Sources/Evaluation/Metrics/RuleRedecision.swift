internal import Rules
internal import Scoring
internal import Transactions

/// Decides rows anew from the rules that matched them, as `RuleEvaluator` does, with one of them left out.
struct RuleRedecision {
    private let contender: ReplayContender
    /// (rows + 1) where each row's hits begin in `hits`.
    private let starts: [UInt32]
    /// Rules by row, in order of evaluation.
    private let hits: [UInt16]

    init(_ contender: ReplayContender) {
        self.contender = contender
        var starts = [UInt32](repeating: 0, count: contender.scores.count + 1)
        for rows in contender.ruleRows { for row in rows { starts[Int(row) + 1] += 1 } }
        for row in contender.scores.indices { starts[row + 1] += starts[row] }
        var next = starts
        var hits = [UInt16](repeating: 0, count: Int(starts.last ?? 0))
        for (rule, rows) in contender.ruleRows.enumerated() {
            for row in rows {
                hits[Int(next[Int(row)])] = UInt16(rule)
                next[Int(row)] += 1
            }
        }
        self.starts = starts
        self.hits = hits
    }

    /// What would have been decided without the rule; as it was where `excluded` is nil.
    func disposition(row: Int, without excluded: Int?) -> Disposition {
        let matched = hits[Int(starts[row])..<Int(starts[row + 1])].lazy
            .filter { Int($0) != excluded }.map { contender.rules[Int($0)] }.filter { $0.state == .active }
        let modelScore = Double(contender.modelScores[row])
        return RuleOutcome.settled(matched, modelScore: modelScore).decision(modelScore: modelScore) {
            contender.thresholds.disposition(of: Float($0))
        }.disposition
    }
}
