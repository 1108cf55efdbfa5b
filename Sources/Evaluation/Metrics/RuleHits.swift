internal import Scoring

/// The rules that matched each row, in order of evaluation.
struct RuleHits {
    /// (rows + 1) where each row's hits begin in `rules`.
    private let starts: Column<UInt64>
    /// Row by row.
    private let rules: Column<UInt16>

    init(_ contender: ReplayContender) {
        var starts = Column<UInt64>(repeating: 0, count: contender.scores.count + 1)
        for rows in contender.ruleRows { for row in rows { starts[Int(row) + 1] += 1 } }
        for row in contender.scores.indices { starts[row + 1] += starts[row] }
        var next = starts
        var rules = Column<UInt16>(repeating: 0, count: Int(starts.last ?? 0))
        for (rule, rows) in contender.ruleRows.enumerated() {
            for row in rows {
                rules[Int(next[Int(row)])] = UInt16(truncatingIfNeeded: rule)
                next[Int(row)] += 1
            }
        }
        self.starts = starts
        self.rules = rules
    }

    /// Positions in the contender's rules.
    subscript(row: Int) -> Slice<Column<UInt16>> { rules[Int(starts[row])..<Int(starts[row + 1])] }
}
