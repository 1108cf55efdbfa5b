import Foundation
import Scoring
import Testing

@Suite struct ModelRankingTests {
    private struct Case: Decodable {
        let scores: [Float]
        let frauds: [Bool]
        let aucROC, averagePrecision, recallAtPrecision, precisionAtThreshold, recallAtThreshold: Double
        let threshold: Float
        let isotonic: [Float]
    }

    private func cases() throws -> [Case] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        return try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: folder.appendingPathComponent("ranking.json")))
    }

    @Test func figuresAreThoseOfScikitLearn() throws {
        for reference in try cases() {
            let ranking = ModelRanking(scores: reference.scores, frauds: reference.frauds)
            #expect(abs(ranking.aucROC - reference.aucROC) < 1e-12)
            #expect(abs(ranking.averagePrecision - reference.averagePrecision) < 1e-12)
            #expect(abs(ranking.recall(precision: 0.6) - reference.recallAtPrecision) < 1e-12)
            let (precision, recall) = ranking.precisionAndRecall(threshold: reference.threshold)
            #expect(abs(precision - reference.precisionAtThreshold) < 1e-12)
            #expect(abs(recall - reference.recallAtThreshold) < 1e-12)
        }
    }

    @Test func isotonicCalibrationIsThatOfScikitLearn() throws {
        for reference in try cases() {
            let calibration = Calibration.fitIsotonic(logits: reference.scores, frauds: reference.frauds)
            if reference.frauds.count(where: \.self) < Calibration.minimumOfEach {
                #expect(calibration == .identity)
                continue
            }
            guard case .isotonic(_, let shares) = calibration else {
                Issue.record("no fit")
                continue
            }
            // Blocks of equal share are one point of ours.
            let expected = reference.isotonic.reduce(into: [Float]()) { if $0.last != $1 { $0.append($1) } }
            try #require(shares.count == expected.count)
            for (share, value) in zip(shares, expected) { #expect(abs(share - value) < 1e-6) }
        }
    }

    @Test func anAlertBudgetThatCutsATieGivesItsExpectedShare() {
        let ranking = ModelRanking(
            scores: [0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1],
            frauds: [true, true, false, true, false, false, false, false, false, false])
        #expect(ranking.recall(alertRate: 0.1) == 1.0 / 3)
        #expect(abs(ranking.recall(alertRate: 0.3) - 2.0 / 3) < 1e-12)
        #expect(ranking.recall(alertRate: 1) == 1 && ranking.recall(alertRate: 0) == 0)
        #expect(ranking.bestThreshold == 0.5)
    }

    @Test func withoutAFraudFiguresAreNotANumber() {
        let ranking = ModelRanking(scores: [0.1, 0.2], frauds: [false, false])
        #expect(ranking.aucROC.isNaN && ranking.averagePrecision.isNaN && ranking.recall(alertRate: 0.5).isNaN)
        #expect(ranking.bestThreshold == nil)
        #expect(ModelRanking(scores: [], frauds: []).aucROC.isNaN)
    }

    @Test func calibrationErrorWeighsBinsByTheirEvents() {
        // Bin (0, 1/15]: mean 0.05, none fraud. Bin (14/15, 1]: mean 0.98, half fraud.
        let probabilities: [Float] = [0.05, 0.05, 0.98, 0.98]
        let error = ModelRanking.expectedCalibrationError(
            probabilities: probabilities, frauds: [false, false, true, false])
        let expected = (2 * 0.05 + 2 * 0.48) / 4.0
        #expect(abs(error - expected) < 1e-6)
        #expect(ModelRanking.expectedCalibrationError(probabilities: [0, 1], frauds: [false, true]) == 0)
    }
}
