internal import Rules
internal import Scoring
internal import Transactions

extension OutcomeColumns {
    /// The rows of a replay whose truth counts, as one view sees them.
    ///
    /// Scores are those the decision rests on: after rules for `all`, the model's for `model`; for the rest 1 where flagged
    /// and 0 where not.
    public init(_ table: ReplayTable, contender: Int = 0, view: DecisionView = .all) {
        let rows = table.countedRows
        let own = table.contenders[contender]
        let dispositions = own.dispositions(rows, view)
        let scores: [Float] =
            switch view {
            case .all: rows.map { own.scores[$0] }
            case .model: rows.map { own.modelScores[$0] }
            case .rules, .both, .rule: dispositions.map { $0 == .allow ? 0 : 1 }
            }
        self.init(
            scores: scores, frauds: rows.map { table.truths[$0] == 1 }, dispositions: dispositions,
            amounts: rows.map { table.amounts[$0] }, users: rows.map { table.users[$0] },
            times: rows.map { table.times[$0] })
    }
}

extension ReplayTable {
    /// Mature rows of a known truth, in ascending order.
    var countedRows: [Int] { maturities.indices.filter { maturities[$0] == .mature && truths[$0] >= 0 } }
}

extension ReplayContender {
    /// (rows) what the view would have decided.
    func dispositions(_ rows: [Int], _ view: DecisionView) -> [Disposition] {
        switch view {
        case .all: return rows.map { dispositions[$0] }
        case .model: return rows.map { thresholds.disposition(of: modelScores[$0]) }
        case .rules: return rows.map { forced($0) ?? .allow }
        case .both:
            return rows.map {
                let byModel = thresholds.disposition(of: modelScores[$0])
                guard let byRules = forced($0), byRules != .allow, byModel != .allow else { return .allow }
                return byRules
            }
        case .rule(let rule):
            var matched = [Bool](repeating: false, count: dispositions.count)
            for row in ruleRows[rule] { matched[Int(row)] = true }
            let action =
                if case .force(let asked) = rules[rule].action, asked != .allow { asked } else { Disposition.review }
            return rows.map { matched[$0] ? action : .allow }
        }
    }

    /// What a rule decided, whatever the score; nil where the score did.
    func forced(_ row: Int) -> Disposition? {
        let rule = Int(decidedBy[row])
        guard rule >= 0, case .force(let disposition) = rules[rule].action else { return nil }
        return disposition
    }
}
