internal import Rules
internal import Scoring
internal import Transactions

/// What each rule of a contender matched, caught, and would be missed for.
public struct RuleTable: Hashable, Sendable, Codable {
    /// One rule.
    public struct Row: Hashable, Sendable, Codable {
        public var rule: String
        /// What it asks for: `allow`, `review`, `decline` or `score +0.2`.
        public var action: String
        /// Rows it matched, of any maturity.
        public var hits: Int
        /// Those whose truth is known.
        public var matureHits: Int
        /// Those that were fraud.
        public var frauds: Int
        /// Of the matched whose truth is known, the share that was fraud; nil without one.
        public var precision: Double?
        /// Of all frauds, the share it matched; nil without a fraud.
        public var recall: Double?
        /// Of all frauds, the share that would no longer be flagged if the rule went; negative where the rule lets frauds
        /// through. nil without a fraud.
        public var marginalRecall: Double?
        /// False alarms that would go with the rule; negative where it prevents some.
        public var marginalFalseAlarms: Int

        private enum CodingKeys: String, CodingKey {
            case rule
            case action
            case hits
            case matureHits = "mature_hits"
            case frauds
            case precision
            case recall
            case marginalRecall = "marginal_recall"
            case marginalFalseAlarms = "marginal_false_alarms"
        }
    }

    /// In order of evaluation.
    public var rows: [Row]
    /// (rules, rules) rows that both matched; on the diagonal each rule's own.
    public var overlap: [[Int]]

    /// - Parameter contender: an index of `table.contenders`.
    public init(_ table: ReplayTable, contender: Int = 0) {
        let own = table.contenders[contender]
        let redecision = RuleRedecision(own)
        let frauds = table.maturities.indices.count { table.maturities[$0] == .mature && table.truths[$0] == 1 }
        rows = own.rules.indices.map { rule in
            var row = Row(
                rule: own.rules[rule].id, action: own.rules[rule].action.description, hits: own.ruleRows[rule].count,
                matureHits: 0, frauds: 0, marginalFalseAlarms: 0)
            var lost = 0
            for hit in own.ruleRows[rule] {
                let index = Int(hit)
                guard table.maturities[index] == .mature, table.truths[index] >= 0 else { continue }
                let isFraud = table.truths[index] == 1
                row.matureHits += 1
                row.frauds += isFraud ? 1 : 0
                let without = redecision.isFlagged(index, without: rule)
                let change = (own.isFlagged(index) ? 1 : 0) - (without ? 1 : 0)
                if isFraud { lost += change } else { row.marginalFalseAlarms += change }
            }
            row.precision = row.matureHits > 0 ? Double(row.frauds) / Double(row.matureHits) : nil
            row.recall = frauds > 0 ? Double(row.frauds) / Double(frauds) : nil
            row.marginalRecall = frauds > 0 ? Double(lost) / Double(frauds) : nil
            return row
        }
        overlap = own.ruleRows.map { left in own.ruleRows.map { Self.common(left, $0) } }
    }

    /// How many numbers two ascending lists share.
    private static func common(_ left: Column<UInt32>, _ right: Column<UInt32>) -> Int {
        var (first, second, count) = (0, 0, 0)
        while first < left.count, second < right.count {
            if left[first] == right[second] { count += 1 }
            let isBehind = left[first] <= right[second]
            if left[first] >= right[second] { second += 1 }
            if isBehind { first += 1 }
        }
        return count
    }
}
