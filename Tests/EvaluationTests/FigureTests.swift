import Evaluation
import Foundation
import Testing
import Transactions

@Suite struct FigureTests {
    private let reference: FigureReference
    private let tolerance = 1e-9

    init() throws {
        reference = try FigureReference.load()
    }

    @Test func figuresAreThoseOfScikitLearn() throws {
        let metrics = ViewMetrics(reference.columns, costs: FigureReference.costs)
        for figure in Figure.allCases {
            let expected = try #require(reference.figures[figure.rawValue])
            let own = try #require(metrics[figure])
            #expect(abs(own - expected) < tolerance, "\(figure)")
        }
        let columns = reference.columns
        let atThree = CardPrecision.mean(
            scores: columns.scores, frauds: columns.frauds, users: columns.users, times: columns.times, cards: 3)
        #expect(abs(try #require(atThree) - reference.cardPrecisionAt3) < tolerance)
    }

    @Test func everyResampleIsTheFigureOnItsUsersRows() throws {
        let bootstrap = UserBootstrap(resamples: 20, seed: 7, threads: 2)
        let own = bootstrap.run(reference.columns, costs: FigureReference.costs)
        for figure in Figure.allCases {
            let samples = try #require(own.values[figure])
            let expected = try #require(reference.samples[figure.rawValue])
            #expect(samples.count == expected.count)
            for (sample, value) in zip(samples, expected) { #expect(abs(sample - value) < tolerance, "\(figure)") }
            let interval = try #require(own.intervals[figure])
            let bounds = try #require(reference.intervals[figure.rawValue])
            #expect(abs(interval.low - bounds[0]) < tolerance && abs(interval.high - bounds[1]) < tolerance)
        }
        let other = bootstrap.run(reference.otherColumns, costs: FigureReference.costs)
        for (figure, interval) in other.intervals(less: own) {
            let bounds = try #require(reference.differences[figure.rawValue])
            #expect(abs(interval.low - bounds[0]) < tolerance && abs(interval.high - bounds[1]) < tolerance)
        }
        #expect(
            UserBootstrap(resamples: 20, seed: 7, threads: 1).run(reference.columns).values[.ece] == own.values[.ece])
    }

    @Test func detectionIsCountedByCard() throws {
        let own = CardDetection(reference.columns)
        let expected = reference.detection
        #expect(own.compromised == expected.compromised && own.detected == expected.detected)
        #expect(own.detectedAtOnce == expected.detected_at_once && own.detected < own.compromised)
        #expect(abs(try #require(own.meanHours) - expected.mean_hours) < tolerance)
        #expect(abs(try #require(own.medianHours) - expected.median_hours) < tolerance)
        #expect(abs(try #require(own.ninetiethHours) - expected.p90_hours) < tolerance)
        #expect(abs(own.lostBeforeDetection - expected.lost_before_detection) < tolerance)
        #expect(abs(try #require(own.meanLostBeforeDetection) - expected.mean_lost_before_detection) < tolerance)
    }

    @Test func reliabilityIsThatOfScikitLearn() {
        let curve = Reliability.curve(probabilities: reference.scores, frauds: reference.frauds)
        #expect(curve.count == reference.reliability[0].count)
        for (bin, (predicted, observed)) in zip(curve, zip(reference.reliability[0], reference.reliability[1])) {
            // The script moved the probabilities by 1e-9 to put edges into the lower bin.
            #expect(abs(bin.predicted - predicted) < 2e-9 && abs(bin.observed - observed) < tolerance)
        }
    }

    @Test func driftIsTheSumOfBothRelativeEntropies() throws {
        let index = try #require(PopulationStability.index(before: reference.before, during: reference.during))
        #expect(abs(index - reference.stability) < tolerance)
        #expect(PopulationStability.index(before: [3, 1, 0], during: [6, 2, 0]) == 0)
        #expect(PopulationStability.index(before: [0, 0], during: [1, 2]) == nil)
        let scores = (0..<1000).map { Float($0) / 1000 }
        #expect(PopulationStability.index(scoresBefore: scores, during: scores) == 0)
        let moved = try #require(PopulationStability.index(scoresBefore: scores, during: scores.map { $0 * $0 }))
        #expect(moved > 0.1)
    }
}
