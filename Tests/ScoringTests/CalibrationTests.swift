import Foundation
import Scoring
import Testing

@Suite struct CalibrationTests {
    /// Logits of a model twice too sure and off by one, drawn on a grid.
    private let sample: (logits: [Float], frauds: [Bool]) = {
        var logits: [Float] = []
        var frauds: [Bool] = []
        for step in 0..<200 {
            let logit = Float(step) / 20 - 5
            let truth = 1 / (1 + exp(-(0.5 * Double(logit) - 1)))
            for draw in 0..<100 {
                logits.append(logit)
                frauds.append(Double(draw) + 0.5 < truth * 100)
            }
        }
        return (logits, frauds)
    }()

    @Test func plattFindsTheSigmoid() throws {
        guard case .platt(let slope, let intercept) = Calibration.fitPlatt(logits: sample.logits, frauds: sample.frauds)
        else {
            Issue.record("no fit")
            return
        }
        #expect(abs(slope - 0.5) < 0.01 && abs(intercept + 1) < 0.02)
    }

    @Test func probabilitiesNeverFallAndStayInRange() {
        let calibrations: [Calibration] = [
            .identity, .fitPlatt(logits: sample.logits, frauds: sample.frauds),
            .fitIsotonic(logits: sample.logits, frauds: sample.frauds), .isotonic(logits: [0], probabilities: [0.5]),
        ]
        for calibration in calibrations {
            var before: Float = 0
            for logit in [-Float.infinity] + stride(from: -90, through: 90, by: 0.37) + [.infinity] {
                let probability = calibration.probability(logit: logit)
                #expect(probability >= before && probability <= 1, "\(calibration) at \(logit)")
                before = probability
            }
            #expect(calibration.probability(logit: .nan).isNaN)
        }
    }

    @Test func tooFewOfAKindGiveNoFit() {
        let logits = (0..<1000).map { Float($0) }
        let frauds = (0..<1000).map { $0 >= 991 }
        #expect(Calibration.fitPlatt(logits: logits, frauds: frauds) == .identity)
        #expect(Calibration.fitIsotonic(logits: logits, frauds: frauds) == .identity)
        // A model whose scores run the wrong way must not be turned around.
        #expect(Calibration.fitPlatt(logits: logits, frauds: logits.map { $0 < 100 }) == .identity)
    }

    @Test func savedCalibrationsComeBack() throws {
        let all: [Calibration] = [
            .identity, .platt(slope: 0.1, intercept: -1e-17),
            .isotonic(logits: [-1.1, 0.3], probabilities: [0.001, 0.7]),
        ]
        for calibration in all {
            let data = try JSONEncoder().encode(calibration)
            #expect(try JSONDecoder().decode(Calibration.self, from: data) == calibration)
        }
        for bad in [
            #"{"kind":"platt","slope":-1,"intercept":0}"#, #"{"kind":"isotonic","logits":[1,0],"probabilities":[0,1]}"#,
            #"{"kind":"isotonic","logits":[0,1],"probabilities":[0.5]}"#, #"{"kind":"other"}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Calibration.self, from: Data(bad.utf8)) }
        }
    }
}
