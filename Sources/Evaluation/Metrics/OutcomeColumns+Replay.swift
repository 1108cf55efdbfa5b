internal import Rules
internal import Scoring
internal import Transactions

extension OutcomeColumns {
    /// The rows of a replay whose truth counts, as one view sees them.
    ///
    /// Scores are those the decision rests on: after rules for `all`, the model's for `model`; for the rest 1 where flagged
    /// and 0 where not.
    public init(_ table: ReplayTable, contender: Int = 0, view: DecisionView = .all) {
        self.init(table, CountedRows(table), contender: contender, view: view)
    }

    /// The same, where what all views share is known.
    init(_ table: ReplayTable, _ counted: CountedRows, contender: Int, view: DecisionView) {
        let own = table.contenders[contender]
        let dispositions = own.dispositions(counted.rows, view)
        let scores: Column<Float> =
            switch view {
            case .all: counted.column { own.scores[$0] }
            case .model: counted.column { own.modelScores[$0] }
            case .rules, .both, .rule: Column(count: dispositions.count) { dispositions[$0] == .allow ? 0 : 1 }
            }
        self.init(
            scores: scores, frauds: counted.frauds, dispositions: dispositions, amounts: counted.amounts,
            users: counted.users, times: counted.times)
    }
}

/// The mature rows of a replay whose truth is known, and what of them does not depend on who decided.
struct CountedRows {
    /// In ascending order.
    let rows: Column<Int>
    let frauds: Column<Bool>
    let amounts: Column<Double>
    let users: Column<UInt32>
    let times: Column<Int64>

    init(_ table: ReplayTable) {
        let rows = table.countedRows
        self.rows = rows
        frauds = Column(count: rows.count) { table.truths[rows[$0]] == 1 }
        amounts = Column(count: rows.count) { table.amounts[rows[$0]] }
        users = Column(count: rows.count) { table.users[rows[$0]] }
        times = Column(count: rows.count) { table.times[rows[$0]] }
    }

    func column<Element>(_ element: (Int) -> Element) -> Column<Element> {
        Column(count: rows.count) { element(rows[$0]) }
    }
}

extension ReplayTable {
    /// Mature rows of a known truth, in ascending order.
    var countedRows: Column<Int> {
        Column(maturities.indices.lazy.filter { maturities[$0] == .mature && truths[$0] >= 0 })
    }
}

extension ReplayContender {
    /// (rows) what the view would have decided.
    func dispositions(_ rows: Column<Int>, _ view: DecisionView) -> Column<Disposition> {
        func column(_ decide: (Int) -> Disposition) -> Column<Disposition> {
            Column(count: rows.count) { decide(rows[$0]) }
        }
        switch view {
        case .all: return column { dispositions[$0] }
        case .model: return column { thresholds.disposition(of: modelScores[$0]) }
        case .rules: return column { forced($0) ?? .allow }
        case .both:
            return column {
                let byModel = thresholds.disposition(of: modelScores[$0])
                guard let byRules = forced($0), byRules != .allow, byModel != .allow else { return .allow }
                return byRules
            }
        case .rule(let rule):
            var matched = Column<Bool>(repeating: false, count: dispositions.count)
            for row in ruleRows[rule] { matched[Int(row)] = true }
            let action =
                if case .force(let asked) = rules[rule].action, asked != .allow { asked } else { Disposition.review }
            return column { matched[$0] ? action : .allow }
        }
    }

    /// What a rule decided, whatever the score; nil where the score did.
    func forced(_ row: Int) -> Disposition? {
        let rule = Int(decidedBy[row])
        guard rule >= 0, case .force(let disposition) = rules[rule].action else { return nil }
        return disposition
    }
}
