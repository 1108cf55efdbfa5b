internal import Scoring
internal import Transactions

/// A challenger against the champion on the same events.
public struct ContenderComparison: Sendable, Encodable {
    /// How two decisions differ, in the challenger's favour or not.
    public enum Change: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
        /// Frauds that only the challenger flags.
        case newCatch = "new_catches"
        /// Frauds that only the champion flags.
        case newMiss = "new_misses"
        /// Legitimate events that only the challenger flags.
        case newFalseAlarm = "new_false_alarms"
        /// Legitimate events that only the champion flags.
        case droppedFalseAlarm = "dropped_false_alarms"
    }

    public var champion: String
    public var challenger: String
    /// Events of known truth on which one flags and the other does not.
    public var changes: [Change: Int]
    /// Events of any maturity whose decision differs, review against decline included.
    public var differing: Int
    /// For each change the rows of the table with most money in it, at most `exampleLimit`.
    public var examples: [Change: [Int]]
    /// Challenger less champion.
    public var differences: [Figure: Double]
    /// 95 % of challenger less champion, both on the same resamples of users.
    public var intervals: [Figure: Interval]
    /// In a sentence or two.
    public var verdict: String

    /// Most examples of each change.
    public static let exampleLimit = 8

    private enum CodingKeys: String, CodingKey {
        case champion
        case challenger
        case changes
        case differing
        case differences
        case intervals
        case verdict
    }

    /// - Parameters:
    ///   - contender: the challenger's index in `table.contenders`.
    ///   - metrics: of champion and challenger, view `all`.
    ///   - samples: of both, on the same resamples.
    init(
        _ table: ReplayTable, contender: Int, metrics: (champion: ViewMetrics, challenger: ViewMetrics),
        samples: (champion: BootstrapSamples, challenger: BootstrapSamples)
    ) {
        let (old, new) = (table.champion, table.contenders[contender])
        champion = old.name
        challenger = new.name
        differing = old.dispositions.indices.count { old.dispositions[$0] != new.dispositions[$0] }
        changes = Dictionary(uniqueKeysWithValues: Change.allCases.map { ($0, 0) })
        var rows: [Change: TopRows] = [:]
        let dearest = TopRows(limit: Self.exampleLimit) { (table.amounts[$1], $0) < (table.amounts[$0], $1) }
        for row in table.countedRows where old.isFlagged(row) != new.isFlagged(row) {
            let change: Change =
                switch (table.truths[row] == 1, new.isFlagged(row)) {
                case (true, true): .newCatch
                case (true, false): .newMiss
                case (false, true): .newFalseAlarm
                case (false, false): .droppedFalseAlarm
                }
            changes[change, default: 0] += 1
            rows[change, default: dearest].add(row)
        }
        examples = rows.mapValues(\.rows)
        differences = [:]
        for figure in Figure.allCases {
            if let after = metrics.challenger[figure], let before = metrics.champion[figure] {
                differences[figure] = after - before
            }
        }
        intervals = samples.challenger.intervals(less: samples.champion)
        verdict = ""
        verdict = ContenderVerdict(self, frauds: metrics.champion.catches.frauds).text
    }
}
