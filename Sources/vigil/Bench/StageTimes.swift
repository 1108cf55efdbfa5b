import Scoring

/// Seconds spent in each stage of one batch of the scorer.
final class StageTimes {
    private(set) var encode = 0.0
    private(set) var score = 0.0
    private(set) var rules = 0.0
    private let clock = ContinuousClock()
    private var last = ContinuousClock.now

    /// A batch begins.
    func begin() {
        (encode, score, rules) = (0, 0, 0)
        last = clock.now
    }

    /// A stage has ended and the next one begins.
    func ended(_ stage: Scorer.Stage) {
        let now = clock.now
        let seconds = (now - last) / .seconds(1)
        switch stage {
        case .encode: encode += seconds
        case .score: score += seconds
        case .rules: rules += seconds
        }
        last = now
    }
}
