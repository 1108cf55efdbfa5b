import Evaluation
import Foundation
import Testing

@Suite struct EvaluationReportTests {
    @Test func cardPrecisionLeavesOutDetectedCards() {
        let day: Int64 = 86_400_000
        // Day 0: cards 1 (fraud, highest), 2, 3 (fraud, lowest). Day 1: card 1 again, and 3.
        let scores: [Float] = [0.9, 0.1, 0.5, 0.2, 0.95, 0.3]
        let frauds = [false, true, false, true, true, true]
        let users: [UInt32] = [1, 1, 2, 3, 1, 3]
        let times: [Int64] = [0, 1, 2, 3, day, day + 1]
        func precision(_ cards: Int) -> Double? {
            CardPrecision.mean(scores: scores, frauds: frauds, users: users, times: times, cards: cards)
        }
        // At two cards a day: 1 of 2 found on day 0; card 1 is gone on day 1, where 3 is found.
        #expect(precision(2) == 0.5)
        #expect(precision(1) == 1)
        #expect(precision(3) == 2.0 / 3 / 2)
        #expect(CardPrecision.mean(scores: [], frauds: [], users: [], times: []) == nil)
    }

    @Test func jsonHasTheKeysThatScriptsRead() throws {
        let report = EvaluationReport(
            probabilities: [0.9, 0.2, 0.1], frauds: [true, false, false], users: [1, 2, 3], times: [0, 1, 2])
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any]
        #expect(
            Set(try #require(object).keys) == [
                "events", "frauds", "auc_roc", "average_precision", "recall_at_alert_rate", "recall_at_precision",
                "card_precision_at_100", "ece",
            ])
        #expect((object?["recall_at_alert_rate"] as? [String: Any])?.keys.sorted() == ["0.005", "0.01"])
        #expect((object?["recall_at_precision"] as? [String: Double]) == ["0.9": 1])
        #expect(report.aucROC == 1 && report.averagePrecision == 1 && report.frauds == 1)
    }

    @Test func undefinedFiguresAreNullNotACrash() throws {
        let report = EvaluationReport(probabilities: [0.9], frauds: [false], users: [1], times: [0])
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(report.aucROC == nil && text.contains(#""0.01":null"#))
        #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(text.utf8)) == report)
    }
}
