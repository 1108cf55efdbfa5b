internal import Rules
internal import Scoring
internal import Transactions

/// Decides rows anew from the rules that matched them, as `RuleEvaluator` does, with one of them left out.
struct RuleRedecision {
    private let contender: ReplayContender
    private let hits: RuleHits

    init(_ contender: ReplayContender) {
        self.contender = contender
        let counted = zip(contender.ruleRows, contender.snoozedRows).map(Self.others)
        hits = RuleHits(counted, count: contender.scores.count)
    }

    /// Whether the row would be flagged without the rule. Where the rule made no difference, the row is as it was:
    /// held by a circuit breaker, perhaps.
    func isFlagged(_ row: Int, without excluded: Int) -> Bool {
        let (whole, rest) = (decision(row, without: nil), decision(row, without: excluded))
        return whole == rest ? contender.isFlagged(row) : rest.disposition != .allow
    }

    private func decision(_ row: Int, without excluded: Int?) -> (disposition: Disposition, decidedBy: String?) {
        let matched = hits[row].lazy.filter { Int($0) != excluded }.map { contender.rules[Int($0)] }
            .filter { $0.state == .active }
        let modelScore = Double(contender.modelScores[row])
        return RuleOutcome.settled(matched, modelScore: modelScore).decision(modelScore: modelScore) {
            contender.thresholds.disposition(of: Float($0))
        }
    }

    /// Rows that are not among those of the second list; both ascend.
    private static func others(_ rows: Column<UInt32>, than left: Column<UInt32>) -> Column<UInt32> {
        guard !left.isEmpty else { return rows }
        var (others, place) = (Column<UInt32>(), 0)
        for row in rows {
            if place < left.count, left[place] == row { place += 1 } else { others.append(row) }
        }
        return others
    }
}
