import Evaluation
import Foundation

/// A comparison of models for people.
enum FrontierText {
    static func lines(_ points: [FrontierPoint]) -> [String] {
        var table = TextTable(header: [
            "model", "average precision", "recall at 1 % alerts", "parameters", "weights", "bytes/user", "µs/event", "",
        ])
        table.rows = points.map { point in
            [
                point.model, EvaluationText.number(point.averagePrecision),
                EvaluationText.number(point.recallAt1PercentAlerts), "\(point.parameters)", "\(point.weightBytes) B",
                "\(point.bytesPerUser)", String(format: "%.2f", point.microsecondsPerEvent),
                point.isOnFrontier ? "frontier" : "",
            ]
        }
        return table.lines()
    }
}
