internal import Scoring

/// How often frauds happened among events of about the same probability.
public enum Reliability {
    /// One bin of equal width over 0...1.
    public struct Bin: Hashable, Sendable {
        public var events: Int
        /// Mean probability.
        public var predicted: Double
        /// Share of frauds.
        public var observed: Double
    }

    /// Bins with an event, by rising probability. Equal to `sklearn.calibration.calibration_curve`, but for probabilities
    /// on an edge: here a bin holds its upper edge.
    public static func curve(
        probabilities: some Sequence<Float>, frauds: some Sequence<Bool>, bins: Int = 15
    ) -> [Bin] {
        let (probabilities, frauds) = (Column(probabilities), Column(frauds))
        var sums = [(events: Int, probability: Double, frauds: Int)](repeating: (0, 0, 0), count: bins)
        for (probability, fraud) in zip(probabilities, frauds) {
            let bin = ModelRanking.calibrationBin(Double(probability), bins: bins)
            sums[bin].events += 1
            sums[bin].probability += Double(probability)
            sums[bin].frauds += fraud ? 1 : 0
        }
        return sums.filter { $0.events > 0 }.map {
            Bin(
                events: $0.events, predicted: $0.probability / Double($0.events),
                observed: Double($0.frauds) / Double($0.events))
        }
    }
}
