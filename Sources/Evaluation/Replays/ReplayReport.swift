internal import Rules
internal import Scoring
internal import Transactions

/// What a replay decided and how that compares with the truth, with the keys of `vigil replay --json`.
public struct ReplayReport: Hashable, Sendable, Codable {
    /// How many events got which decision.
    public struct Decisions: Hashable, Sendable, Codable {
        public var allow = 0
        public var review = 0
        public var decline = 0

        public init() {}
    }

    /// One contender's decisions and figures; those of the champion stand in the report itself.
    public struct Contender: Hashable, Sendable, Codable {
        public var modelHash: String
        public var rulesHash: String
        /// The score from which an event is put up for review.
        public var threshold: Float
        /// Of labelled events put up for review or declined, the share that was fraud; nil where there is none.
        public var precision: Double?
        /// Of the frauds, the share put up for review or declined; nil without a fraud.
        public var recall: Double?
        /// Of the frauds' money, the share put up for review or declined; nil without any.
        public var valueRecall: Double?
        /// Of the scores after the rules' adjustments, over mature events.
        public var metrics: EvaluationReport
        public var decisions = Decisions()
        /// Hits by rule, those of rules that never matched included.
        public var rules: [String: Int] = [:]

        private enum CodingKeys: String, CodingKey {
            case modelHash = "model_hash"
            case rulesHash = "rules_hash"
            case threshold
            case precision
            case recall
            case valueRecall = "value_recall"
            case metrics
            case decisions
            case rules
        }
    }

    public var runID: String
    /// Transactions of the span: decided and duplicates.
    public var events: Int
    /// Transactions before it.
    public var warmUpEvents: Int
    /// Those of the span whose id was among their user's retained tokens.
    public var duplicates: Int
    /// Those of the span that were older than their user's newest.
    public var late: Int
    /// Those of the span too young for their labels to have arrived: in no figure.
    public var immature: Int
    /// Those old enough of which nobody said what they were: in no figure either.
    public var unlabelled: Int
    /// Messages that were no transaction or label.
    public var faults: Int
    /// Stopped before its end.
    public var partial: Bool
    /// Wall time, warm-up and reading included.
    public var seconds: Double
    /// Transactions a second in that time, those of the warm-up included.
    public var eventsPerSecond: Double
    public var champion: Contender
    /// By the challengers' names.
    public var against: [String: Contender]
    /// The path of the report for people, where one was written.
    public var report: String?

    public init(_ result: ReplayResult) {
        let table = result.table
        runID = result.runID
        events = result.events
        warmUpEvents = result.warmUpEvents
        duplicates = result.duplicates
        late = result.late
        immature = table.count(of: .immature)
        unlabelled = table.count(of: .unlabelled)
        faults = result.faults
        partial = result.isPartial
        seconds = result.seconds
        eventsPerSecond = result.eventsPerSecond
        let rows = table.matureRows
        champion = Contender(table, table.contenders[0], rows)
        against = Dictionary(
            table.contenders.dropFirst().map { ($0.name, Contender(table, $0, rows)) },
            uniquingKeysWith: { first, _ in first })
    }

    private enum CodingKeys: String, CodingKey {
        case runID = "run_id"
        case events
        case warmUpEvents = "warm_up_events"
        case duplicates
        case late
        case immature
        case unlabelled
        case faults
        case partial
        case seconds
        case eventsPerSecond = "events_per_second"
        case against
        case report
    }

    public func encode(to encoder: any Encoder) throws {
        try champion.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runID, forKey: .runID)
        try container.encode(events, forKey: .events)
        try container.encode(warmUpEvents, forKey: .warmUpEvents)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(late, forKey: .late)
        try container.encode(immature, forKey: .immature)
        try container.encode(unlabelled, forKey: .unlabelled)
        try container.encode(faults, forKey: .faults)
        try container.encode(partial, forKey: .partial)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(eventsPerSecond, forKey: .eventsPerSecond)
        try container.encode(against, forKey: .against)
        try container.encode(report, forKey: .report)
    }

    public init(from decoder: any Decoder) throws {
        champion = try Contender(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        runID = try container.decode(String.self, forKey: .runID)
        events = try container.decode(Int.self, forKey: .events)
        warmUpEvents = try container.decode(Int.self, forKey: .warmUpEvents)
        duplicates = try container.decode(Int.self, forKey: .duplicates)
        late = try container.decode(Int.self, forKey: .late)
        immature = try container.decode(Int.self, forKey: .immature)
        unlabelled = try container.decode(Int.self, forKey: .unlabelled)
        faults = try container.decode(Int.self, forKey: .faults)
        partial = try container.decode(Bool.self, forKey: .partial)
        seconds = try container.decode(Double.self, forKey: .seconds)
        eventsPerSecond = try container.decode(Double.self, forKey: .eventsPerSecond)
        against = try container.decode([String: Contender].self, forKey: .against)
        report = try container.decodeIfPresent(String.self, forKey: .report)
    }
}

extension ReplayReport.Contender {
    fileprivate init(_ table: ReplayTable, _ contender: ReplayContender, _ rows: Column<Int>) {
        modelHash = contender.modelHash
        rulesHash = contender.rulesHash
        threshold = contender.thresholds.review
        metrics = EvaluationReport(
            probabilities: Column(count: rows.count) { contender.scores[rows[$0]] },
            frauds: Column(count: rows.count) { table.truths[rows[$0]] == 1 },
            users: Column(count: rows.count) { table.users[rows[$0]] },
            times: Column(count: rows.count) { table.times[rows[$0]] })
        var (flagged, caught, frauds) = (0, 0, 0)
        var (caughtMoney, money) = (0.0, 0.0)
        for row in rows {
            let (isFraud, isFlagged) = (table.truths[row] == 1, contender.isFlagged(row))
            flagged += isFlagged ? 1 : 0
            guard isFraud else { continue }
            frauds += 1
            money += max(0, table.amounts[row])
            caught += isFlagged ? 1 : 0
            caughtMoney += isFlagged ? max(0, table.amounts[row]) : 0
        }
        precision = flagged > 0 ? Double(caught) / Double(flagged) : nil
        recall = frauds > 0 ? Double(caught) / Double(frauds) : nil
        valueRecall = money > 0 ? caughtMoney / money : nil
        for disposition in contender.dispositions {
            switch disposition {
            case .allow: decisions.allow += 1
            case .review: decisions.review += 1
            case .decline: decisions.decline += 1
            }
        }
        for (rule, rows) in zip(contender.rules, contender.ruleRows) { rules[rule.id] = rows.count }
    }
}
