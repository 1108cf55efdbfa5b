internal import Rules
internal import Scoring
public import Transactions

/// What a rule set would have done in the place of another, on the same events with the same model scores.
public struct RuleBacktest: Sendable, Encodable {
    /// One set's decisions as a whole.
    public struct Side: Hashable, Sendable, Encodable {
        public var rulesHash: String
        /// Of all rows.
        public var flagged = 0
        /// Of rows whose truth is known, like all that follows.
        public var matureFlagged = 0
        public var caught = 0
        /// nil where nothing was flagged.
        public var precision: Double?
        /// nil without a fraud.
        public var recall: Double?
    }

    /// All rows that went from one decision to another.
    public struct Change: Hashable, Sendable, Encodable {
        public var from: Disposition
        public var to: Disposition
        public var events = 0
        public var frauds = 0
        public var legitimate = 0
        /// The money of the frauds among them, in the currency's major unit.
        public var fraudAmount = 0.0
        /// The dearest, frauds before others.
        public var examples: [Example] = []
    }

    /// One event that is decided otherwise.
    public struct Example: Hashable, Sendable, Encodable {
        public var time: String
        /// The user's pseudonym.
        public var user: String
        public var amount: Double
        /// `topic[partition]@offset`, or the file and its line.
        public var source: String
        public var modelScore: Float
        /// The rule that decided before; nil where the score did.
        public var ruleBefore: String?
        public var ruleAfter: String?
        /// nil where nobody knows yet.
        public var isFraud: Bool?
    }

    public var events: Int
    /// Those whose truth is known.
    public var mature: Int
    public var frauds: Int
    public var active: Side
    public var proposed: Side
    /// Of the proposed set.
    public var rules: RuleTable
    /// Most events first.
    public var changes: [Change]
    /// All events decided otherwise.
    public var changed: Int

    /// - Parameters:
    ///   - proposed: an index of `table.contenders`.
    ///   - active: another, of the same model.
    ///   - exampleCount: how many events are shown of each kind of change.
    public init(_ table: ReplayTable, proposed: Int, active: Int, exampleCount: Int = 3) {
        let (before, after) = (table.contenders[active], table.contenders[proposed])
        events = table.count
        mature = table.count(of: .mature)
        frauds = table.maturities.indices.count { table.maturities[$0] == .mature && table.truths[$0] == 1 }
        self.active = Self.side(before, table, frauds: frauds)
        self.proposed = Self.side(after, table, frauds: frauds)
        rules = RuleTable(table, contender: proposed)
        let examples = TopRows(limit: exampleCount) { Self.isShown($0, before: $1, table) }
        var found: [Transition: (change: Change, rows: TopRows)] = [:]
        for row in 0..<table.count where before.dispositions[row] != after.dispositions[row] {
            let transition = Transition(from: before.dispositions[row], to: after.dispositions[row])
            let change = Change(from: transition.from, to: transition.to)
            found[transition, default: (change, examples)].change.count(row, table)
            found[transition]?.rows.add(row)
        }
        changed = found.values.reduce(0) { $0 + $1.change.events }
        changes = found.values.map { change, rows in
            var change = change
            change.examples = rows.rows.map { Self.example($0, table, before, after) }
            return change
        }.sorted { ($1.events, $0.from.rawValue, $0.to.rawValue) < ($0.events, $1.from.rawValue, $1.to.rawValue) }
    }

    private struct Transition: Hashable {
        var from: Disposition
        var to: Disposition
    }

    fileprivate static func truth(_ table: ReplayTable, _ row: Int) -> Bool? {
        table.maturities[row] == .mature && table.truths[row] >= 0 ? table.truths[row] == 1 : nil
    }

    private static func side(_ contender: ReplayContender, _ table: ReplayTable, frauds: Int) -> Side {
        var side = Side(rulesHash: contender.rulesHash)
        for row in 0..<table.count where contender.isFlagged(row) {
            side.flagged += 1
            guard let isFraud = truth(table, row) else { continue }
            side.matureFlagged += 1
            side.caught += isFraud ? 1 : 0
        }
        side.precision = side.matureFlagged > 0 ? Double(side.caught) / Double(side.matureFlagged) : nil
        side.recall = frauds > 0 ? Double(side.caught) / Double(frauds) : nil
        return side
    }

    /// Frauds first, then by amount, then in the order of the events: the same examples every time.
    private static func isShown(_ left: Int, before right: Int, _ table: ReplayTable) -> Bool {
        let (leftFraud, rightFraud) = (truth(table, left) == true, truth(table, right) == true)
        if leftFraud != rightFraud { return leftFraud }
        let (leftAmount, rightAmount) = (abs(table.amounts[left]), abs(table.amounts[right]))
        return leftAmount != rightAmount ? leftAmount > rightAmount : left < right
    }

    private static func example(
        _ row: Int, _ table: ReplayTable, _ before: ReplayContender, _ after: ReplayContender
    ) -> Example {
        Example(
            time: EventTime(milliseconds: table.times[row]).iso8601,
            user: table.userNames[Int(table.users[row])], amount: table.amounts[row], source: source(of: row, table),
            modelScore: after.modelScores[row], ruleBefore: decider(before, row), ruleAfter: decider(after, row),
            isFraud: truth(table, row))
    }

    private static func source(of row: Int, _ table: ReplayTable) -> String {
        let number = Int(table.sourceIndexes[row])
        guard number < table.sources.count else { return "@\(table.offsets[row])" }
        let source = table.sources[number]
        return source.name + (source.partition.map { "[\($0)]" } ?? "") + "@\(table.offsets[row])"
    }

    private static func decider(_ contender: ReplayContender, _ row: Int) -> String? {
        let rule = Int(contender.decidedBy[row])
        return rule >= 0 ? contender.rules[rule].id : nil
    }
}

extension RuleBacktest.Change {
    fileprivate mutating func count(_ row: Int, _ table: ReplayTable) {
        events += 1
        guard let isFraud = RuleBacktest.truth(table, row) else { return }
        frauds += isFraud ? 1 : 0
        legitimate += isFraud ? 0 : 1
        fraudAmount += isFraud ? table.amounts[row] : 0
    }
}
