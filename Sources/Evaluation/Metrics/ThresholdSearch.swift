internal import Scoring
public import Transactions

/// Walks the review threshold down over every score and keeps the best by a goal.
public struct ThresholdSearch: Sendable {
    /// One candidate: everything scored at least this high is flagged.
    private struct Candidate {
        var threshold: Float?
        var alerts: Int
        var counts: CatchCounts
        var cost: Double
    }

    /// (rows) scores, none NaN.
    private let scores: Column<Float>
    /// (rows) the truth; nil where it is not known or not mature: an alert all the same.
    private let frauds: Column<Bool?>
    /// (rows)
    private let amounts: Column<Double>
    /// (rows) what a rule decided whatever the score; nil where the score decides.
    private let forced: Column<Disposition?>
    private let days: Double
    private let declineFrom: Float

    /// - Parameters:
    ///   - days: the length of the span.
    ///   - decline: the threshold for declining, which stays as it is.
    public init(
        scores: some Sequence<Float>, frauds: some Sequence<Bool?>, amounts: some Sequence<Double>,
        forced: some Sequence<Disposition?>, days: Double, decline: Float?
    ) {
        self.scores = Column(scores)
        self.frauds = Column(frauds)
        self.amounts = Column(amounts)
        self.forced = Column(forced)
        self.days = days
        declineFrom = decline ?? .infinity
    }

    /// The lowest threshold within a budget or with a precision, or the one of least cost.
    public func choose(_ goal: ThresholdGoal) -> ThresholdChoice {
        let costs: DecisionCosts? = if case .cost(let costs) = goal { costs } else { nil }
        var candidate = rulesAlone(costs)
        var (best, isMet) = (candidate, isMet(candidate, goal))
        let byScore = Column((0..<scores.count).lazy.filter { forced[$0] == nil })
        let order = ScoreOrder.descending(Column(count: byScore.count) { scores[byScore[$0]] })
        for (position, place) in order.enumerated() {
            let row = byScore[Int(place)]
            lower(&candidate, to: row, costs)
            // Equal scores come and go together.
            if position + 1 < order.count, scores[byScore[Int(order[position + 1])]] == scores[row] { continue }
            guard self.isMet(candidate, goal) else {
                if case .alertsPerDay = goal { break }
                continue
            }
            if costs != nil, candidate.cost >= best.cost { continue }
            (best, isMet) = (candidate, true)
        }
        return choice(best, goal: goal, isMet: isMet, costs: costs)
    }

    /// No score is reviewed.
    private func rulesAlone(_ costs: DecisionCosts?) -> Candidate {
        var candidate = Candidate(threshold: nil, alerts: 0, counts: CatchCounts(), cost: 0)
        for row in scores.indices {
            let disposition = forced[row] ?? .allow
            if disposition != .allow { candidate.alerts += 1 }
            guard let fraud = frauds[row] else { continue }
            candidate.counts.add(fraud: fraud, flagged: disposition != .allow, amount: amounts[row])
            if let costs { candidate.cost += costs.cost(disposition, fraud: fraud, amount: amounts[row]) }
        }
        return candidate
    }

    /// Flags one row more.
    private func lower(_ candidate: inout Candidate, to row: Int, _ costs: DecisionCosts?) {
        candidate.threshold = scores[row]
        candidate.alerts += 1
        guard let fraud = frauds[row] else { return }
        candidate.counts.flagged += 1
        if fraud {
            candidate.counts.caught += 1
            candidate.counts.caughtAmount += max(0, amounts[row])
        }
        guard let costs else { return }
        let disposition: Disposition = scores[row] >= declineFrom ? .decline : .review
        candidate.cost +=
            costs.cost(disposition, fraud: fraud, amount: amounts[row])
            - costs.cost(.allow, fraud: fraud, amount: amounts[row])
    }

    private func isMet(_ candidate: Candidate, _ goal: ThresholdGoal) -> Bool {
        switch goal {
        case .alertsPerDay(let budget): Double(candidate.alerts) <= budget * days
        case .precision(let share): candidate.counts.flagged > 0 && (candidate.counts.precision ?? 0) >= share
        case .cost: true
        }
    }

    private func choice(
        _ best: Candidate, goal: ThresholdGoal, isMet: Bool, costs: DecisionCosts?
    ) -> ThresholdChoice {
        ThresholdChoice(
            goal: goal.description, threshold: best.threshold, isMet: isMet, alerts: best.alerts,
            alertsPerDay: days > 0 ? Double(best.alerts) / days : 0, precision: best.counts.precision,
            recall: best.counts.recall, valueRecall: best.counts.valueRecall,
            expectedCost: costs == nil || best.counts.events == 0 ? nil : best.cost / Double(best.counts.events))
    }
}
