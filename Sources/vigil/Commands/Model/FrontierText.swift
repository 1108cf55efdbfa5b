import Evaluation
import Foundation
import Transformer

/// A comparison of models for people.
enum FrontierText {
    static func lines(_ points: [FrontierPoint]) -> [String] {
        var table = TextTable(header: [
            "model", "weights", "caches", "average precision", "lost by caches", "recall at 1 % alerts", "parameters",
            "weight bytes", "bytes/user", "µs/event", "",
        ])
        table.rows = points.map { point in
            [
                point.model, point.weights.rawValue, point.caches.rawValue,
                EvaluationText.number(point.averagePrecision),
                point.averagePrecisionLoss.map { String(format: "%.5f", $0) } ?? "",
                EvaluationText.number(point.recallAt1PercentAlerts), "\(point.parameters)",
                "\(point.weightBytes)", "\(point.bytesPerUser)", String(format: "%.2f", point.microsecondsPerEvent),
                point.isOnFrontier ? "frontier" : "",
            ]
        }
        return table.lines()
    }
}
