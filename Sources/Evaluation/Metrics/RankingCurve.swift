internal import Scoring

/// Points of the precision-recall and ROC curves, thinned to what a chart can show.
struct RankingCurve {
    struct Point {
        var threshold: Float
        /// Of all events, the share at or above the threshold.
        var alertRate: Double
        var precision: Double
        var recall: Double
        var falsePositiveRate: Double
    }

    /// By falling threshold; empty without both kinds.
    let points: [Point]

    /// - Parameter resolution: points differ by at least 1/resolution in recall, alert rate or precision, each from the last.
    init(scores: Column<Float>, frauds: Column<Bool>, resolution: Double = 400) {
        let ranking = ModelRanking(scores: scores, frauds: frauds)
        let (events, positives) = (Double(ranking.events), Double(ranking.frauds))
        guard ranking.frauds > 0, ranking.frauds < ranking.events else {
            points = []
            return
        }
        var points: [Point] = []
        for (index, step) in ranking.steps.enumerated() {
            let point = Point(
                threshold: step.score, alertRate: Double(step.events) / events,
                precision: Double(step.frauds) / Double(step.events), recall: Double(step.frauds) / positives,
                falsePositiveRate: Double(step.events - step.frauds) / (events - positives))
            if let last = points.last, index < ranking.steps.count - 1 {
                let isFar =
                    point.recall - last.recall >= 1 / resolution
                    || point.falsePositiveRate - last.falsePositiveRate >= 1 / resolution
                    || abs(point.precision - last.precision) >= 4 / resolution
                    // Small alert budgets are what teams have.
                    || (point.alertRate < 0.03 && point.alertRate - last.alertRate >= 0.03 / resolution)
                guard isFar else { continue }
            }
            points.append(point)
        }
        self.points = points
    }
}
