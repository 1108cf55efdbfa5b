import Scoring

/// Seconds spent in each stage of the scorer's batches.
final class StageTimes {
    private(set) var encode = 0.0
    private(set) var score = 0.0
    private(set) var rules = 0.0
    private let clock = ContinuousClock()
    private var last = ContinuousClock.now

    /// The first stage of a batch begins.
    func begin() { last = clock.now }

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

    /// Forgets what was measured.
    func reset() { (encode, score, rules) = (0, 0, 0) }
}
