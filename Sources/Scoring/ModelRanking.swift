/// How well scores rank frauds above the rest. Equal scores are one step of the curve, as in scikit-learn.
public struct ModelRanking: Sendable {
    /// The end of a group of equal scores, the highest first.
    package struct Step: Sendable, BitwiseCopyable {
        package var score: Float
        /// Events and frauds at or above the score.
        package var events: Int
        package var frauds: Int
    }

    public let events: Int
    public let frauds: Int
    /// One for each different score, the highest first.
    package let steps: Column<Step>

    /// - Parameters:
    ///   - scores: (events), none NaN; only their order counts.
    ///   - frauds: (events) the truth.
    public init(scores: some Sequence<Float>, frauds: some Sequence<Bool>) {
        self.init(Column(scores), Column(frauds))
    }

    private init(_ scores: Column<Float>, _ frauds: Column<Bool>) {
        precondition(scores.count == frauds.count, "one truth a score expected")
        events = scores.count
        self.frauds = frauds.count { $0 }
        var steps = Column<Step>()
        var (seen, found) = (0, 0)
        for row in ScoreOrder.descending(scores) {
            let index = Int(row)
            seen += 1
            found += frauds[index] ? 1 : 0
            let step = Step(score: scores[index], events: seen, frauds: found)
            if steps.last?.score == step.score { steps[steps.count - 1] = step } else { steps.append(step) }
        }
        self.steps = steps
    }

    /// Area under the ROC curve; NaN without both kinds. Equal to `sklearn.metrics.roc_auc_score`.
    public var aucROC: Double {
        var area = 0.0
        var (events, frauds) = (0, 0)
        for step in steps {
            let genuine = Double((step.events - step.frauds) - (events - frauds))
            area += genuine * Double(step.frauds + frauds) / 2
            (events, frauds) = (step.events, step.frauds)
        }
        return area / (Double(self.frauds) * Double(self.events - self.frauds))
    }

    /// Sum of precision over the steps of recall; NaN without a fraud. Equal to `sklearn.metrics.average_precision_score`.
    public var averagePrecision: Double {
        guard frauds > 0 else { return .nan }
        var sum = 0.0
        var before = 0
        for step in steps {
            sum += Double(step.frauds - before) / Double(frauds) * Double(step.frauds) / Double(step.events)
            before = step.frauds
        }
        return sum
    }

    /// The share of frauds among the highest ⌊rate · events⌋ scores; where that cuts a group of equal scores, the group
    /// gives its expected share. NaN without a fraud.
    public func recall(alertRate rate: Double) -> Double {
        guard frauds > 0 else { return .nan }
        let budget = Int((rate * Double(events)).rounded(.down))
        var before: (events: Int, frauds: Int) = (0, 0)
        for step in steps {
            guard step.events > budget else {
                before = (step.events, step.frauds)
                continue
            }
            let share = Double(budget - before.events) / Double(step.events - before.events)
            return (Double(before.frauds) + share * Double(step.frauds - before.frauds)) / Double(frauds)
        }
        return 1
    }

    /// The highest recall at any threshold whose precision is at least the given one; 0 where none is.
    /// NaN without a fraud.
    public func recall(precision: Double) -> Double {
        guard frauds > 0 else { return .nan }
        let best = steps.last { Double($0.frauds) >= precision * Double($0.events) }
        return Double(best?.frauds ?? 0) / Double(frauds)
    }

    /// Precision and recall of what scores at or above a threshold; precision is 1 where nothing does.
    public func precisionAndRecall(threshold: Float) -> (precision: Double, recall: Double) {
        guard let step = steps.last(where: { $0.score >= threshold }) else { return (1, 0) }
        return (Double(step.frauds) / Double(step.events), Double(step.frauds) / Double(max(1, frauds)))
    }

    /// The score at which the harmonic mean of precision and recall is highest; nil without a fraud.
    public var bestThreshold: Float? {
        guard frauds > 0 else { return nil }
        // F1 = 2 · found / (alerts + frauds).
        return steps.max { left, right in
            left.frauds * (right.events + frauds) < right.frauds * (left.events + frauds)
        }?.score
    }
}
