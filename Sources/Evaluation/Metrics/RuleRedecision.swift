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
        var adjustment = 0.0
        var deciding: (rule: Rule, disposition: Disposition)?
        for index in Int(starts[row])..<Int(starts[row + 1]) {
            let number = Int(hits[index])
            guard number != excluded else { continue }
            let rule = contender.rules[number]
            switch rule.action {
            case .adjust(let amount): adjustment += amount
            case .force(let disposition):
                if let deciding {
                    let isStricter = Self.strictness(disposition) > Self.strictness(deciding.disposition)
                    guard rule.priority == deciding.rule.priority, isStricter else { continue }
                }
                deciding = (rule, disposition)
            }
        }
        if let deciding { return deciding.disposition }
        let score = Float(min(max(Double(contender.modelScores[row]) + adjustment, 0), 1))
        return contender.thresholds.disposition(of: score)
    }

    private static func strictness(_ disposition: Disposition) -> Int {
        switch disposition {
        case .allow: 0
        case .review: 1
        case .decline: 2
        }
    }
}
