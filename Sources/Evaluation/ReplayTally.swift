import Scoring
import Transactions

/// Counts a replay's outcomes as they come.
struct ReplayTally {
    var events = 0
    var warmUpEvents = 0
    private var duplicates = 0
    private var late = 0
    private var decisions = ReplayReport.Decisions()
    private var rules: [String: Int]
    /// Labelled events that were flagged, and those of them that were fraud.
    private var flagged = (all: 0, frauds: 0)
    /// (labelled events) each
    private var scores: [Float] = []
    private var frauds: [Bool] = []
    private var users: [UInt32] = []
    private var times: [Int64] = []

    init(ruleIDs: [String]) {
        rules = Dictionary(ruleIDs.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func add(_ outcome: Scorer.Outcome, isFraud: Bool?, user: UInt32, time: EventTime) {
        guard case .scored(let decision, let isLate) = outcome else {
            duplicates += 1
            return
        }
        if isLate { late += 1 }
        switch decision.disposition {
        case .allow: decisions.allow += 1
        case .review: decisions.review += 1
        case .decline: decisions.decline += 1
        }
        for hit in decision.hits { rules[hit.rule, default: 0] += 1 }
        guard let isFraud else { return }
        if decision.disposition != .allow {
            flagged.all += 1
            flagged.frauds += isFraud ? 1 : 0
        }
        scores.append(decision.score)
        frauds.append(isFraud)
        users.append(user)
        times.append(time.milliseconds)
    }

    func report(threshold: Float, seconds: Double) -> ReplayReport {
        let metrics = EvaluationReport(probabilities: scores, frauds: frauds, users: users, times: times)
        var report = ReplayReport(threshold: threshold, metrics: metrics)
        report.events = events
        report.warmUpEvents = warmUpEvents
        report.duplicates = duplicates
        report.late = late
        report.seconds = seconds
        report.eventsPerSecond = seconds > 0 ? Double(events) / seconds : 0
        report.precision = flagged.all > 0 ? Double(flagged.frauds) / Double(flagged.all) : nil
        report.recall = metrics.frauds > 0 ? Double(flagged.frauds) / Double(metrics.frauds) : nil
        report.decisions = decisions
        report.rules = rules
        return report
    }
}
