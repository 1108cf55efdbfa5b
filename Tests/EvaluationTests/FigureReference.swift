import Evaluation
import Foundation
import Transactions

/// What `make_figures.py` wrote.
struct FigureReference: Decodable {
    struct Detection: Decodable {
        let compromised, detected, detected_at_once: Int
        let mean_hours, median_hours, p90_hours, lost_before_detection, mean_lost_before_detection: Double
    }

    let users: [UInt32]
    let frauds: [Bool]
    let scores, otherScores: [Float]
    let decisions: [Int]
    let amounts: [Double]
    let times: [Int64]
    let figures: [String: Double]
    let samples: [String: [Double]]
    let intervals, differences: [String: [Double]]
    let cardPrecisionAt3: Double
    let detection: Detection
    let reliability: [[Double]]
    let before, during: [Int]
    let stability: Double

    static func load() throws -> FigureReference {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        return try JSONDecoder().decode(
            FigureReference.self, from: Data(contentsOf: folder.appendingPathComponent("figures.json")))
    }

    /// The script's costs.
    static let costs = DecisionCosts("review=4,miss=amount,decline=0.1*amount")

    var columns: OutcomeColumns { columns(scores) }
    var otherColumns: OutcomeColumns { columns(otherScores) }

    private func columns(_ scores: [Float]) -> OutcomeColumns {
        OutcomeColumns(
            scores: scores, frauds: frauds, dispositions: decisions.map { Disposition.allCases[$0] }, amounts: amounts,
            users: users, times: times)
    }
}
