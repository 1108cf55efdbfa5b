internal import Scoring

/// How decisions fall on the groups of one dimension, for fairness.
public struct SegmentTable: Hashable, Sendable, Codable {
    /// One group.
    public struct Row: Hashable, Sendable, Codable {
        /// Empty for rows without a value.
        public var group: String
        public var events: Int
        public var frauds: Int
        public var flagged: Int
        public var recall: Double?
        public var falsePositiveRate: Double?
        public var precision: Double?
        public var valueRecall: Double?

        private enum CodingKeys: String, CodingKey {
            case group
            case events
            case frauds
            case flagged
            case recall
            case falsePositiveRate = "false_positive_rate"
            case precision
            case valueRecall = "value_recall"
        }
    }

    /// Groups with fewer frauds stand apart from the recall gap: a handful of events says nothing.
    public static let fewestFrauds = 20
    /// Groups with fewer legitimate events stand apart from the gap of false positive rates.
    public static let fewestLegitimate = 200

    public var name: String
    /// By falling number of events.
    public var rows: [Row]
    /// Groups left out of `rows`, the smallest.
    public var furtherGroups: Int
    /// Highest recall less lowest, over groups with at least `fewestFrauds` frauds; nil with less than two such groups.
    public var recallGap: Double?
    /// Highest false positive rate less lowest, over groups with at least `fewestLegitimate` legitimate events.
    public var falsePositiveRateGap: Double?

    private enum CodingKeys: String, CodingKey {
        case name
        case rows = "groups"
        case furtherGroups = "further_groups"
        case recallGap = "recall_gap"
        case falsePositiveRateGap = "false_positive_rate_gap"
    }

    /// - Parameters:
    ///   - groups: names by code.
    ///   - codes: (rows of the columns) each row's group.
    ///   - limit: most groups that are listed; gaps are over all.
    public init(name: String, groups: [String], codes: some Sequence<UInt32>, columns: OutcomeColumns, limit: Int = 50)
    {
        var counts = [CatchCounts](repeating: CatchCounts(), count: groups.count)
        let codes = Column(codes)
        for row in 0..<columns.count {
            counts[Int(codes[row])].add(
                fraud: columns.frauds[row], flagged: columns.isFlagged(row), amount: columns.amounts[row])
        }
        self.name = name
        let used = counts.indices.filter { counts[$0].events > 0 }
            .sorted { (counts[$1].events, $0) < (counts[$0].events, $1) }
        rows = used.prefix(limit).map { code in
            let own = counts[code]
            return Row(
                group: groups[code], events: own.events, frauds: own.frauds, flagged: own.flagged, recall: own.recall,
                falsePositiveRate: own.falsePositiveRate, precision: own.precision, valueRecall: own.valueRecall)
        }
        furtherGroups = used.count - rows.count
        recallGap = Self.gap(counts.filter { $0.frauds >= Self.fewestFrauds }.compactMap(\.recall))
        falsePositiveRateGap = Self.gap(
            counts.filter { $0.events - $0.frauds >= Self.fewestLegitimate }.compactMap(\.falsePositiveRate))
    }

    private static func gap(_ rates: [Double]) -> Double? {
        guard rates.count > 1, let low = rates.min(), let high = rates.max() else { return nil }
        return high - low
    }
}
