public import Rules
public import Scoring
public import Transactions

/// A model with its rules and thresholds, and what they decided on every row of a `ReplayTable`.
public struct ReplayContender: Sendable {
    /// `champion` or the name it was given, such as the model's directory.
    public var name: String
    public var modelHash: String
    public var rulesHash: String
    public var thresholds: Thresholds
    /// In order of evaluation.
    public var rules: [Rule]

    /// (rows) calibrated probability of fraud from the model, before any rule.
    public package(set) var modelScores = Column<Float>()
    /// (rows) the same after `score ±x` rules.
    public package(set) var scores = Column<Float>()
    /// (rows)
    public package(set) var dispositions = Column<Disposition>()
    /// (rules) the rows on which each rule matched, in ascending order.
    public package(set) var ruleRows: [Column<UInt32>]
    /// (rules) those of them on which the match was snoozed and did nothing, in ascending order.
    public package(set) var snoozedRows: [Column<UInt32>]
    /// (rows) the rule that decided, an index of `rules`; −1 where the score alone did.
    public package(set) var decidedBy = Column<Int16>()

    package init(name: String, modelHash: String, rulesHash: String, thresholds: Thresholds, rules: [Rule]) {
        self.name = name
        self.modelHash = modelHash
        self.rulesHash = rulesHash
        self.thresholds = thresholds
        self.rules = rules
        ruleRows = Array(repeating: [], count: rules.count)
        snoozedRows = ruleRows
    }

    /// Whether the row was put up for review or declined.
    public func isFlagged(_ row: Int) -> Bool { dispositions[row] != .allow }
}
