internal import Scoring

/// The rules that matched each row, in order of evaluation.
struct RuleHits {
    /// (rows + 1) where each row's hits begin in `rules`.
    private let starts: Column<UInt64>
    /// Row by row.
    private let rules: Column<UInt16>

    /// - Parameters:
    ///   - rowsOfRules: (rules) the rows that count for each.
    ///   - count: how many rows there are.
    init(_ rowsOfRules: [Column<UInt32>], count: Int) {
        var starts = Column<UInt64>(repeating: 0, count: count + 1)
        for rows in rowsOfRules { for row in rows { starts[Int(row) + 1] += 1 } }
        for row in 0..<count { starts[row + 1] += starts[row] }
        var next = starts
        var rules = Column<UInt16>(repeating: 0, count: Int(starts.last ?? 0))
        for (rule, rows) in rowsOfRules.enumerated() {
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
