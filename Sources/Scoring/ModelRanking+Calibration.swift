extension ModelRanking {
    /// Expected calibration error: the mean distance between the mean probability and the share of frauds in 15 bins of
    /// equal width over 0...1, weighted by the events in them. NaN without an event.
    public static func expectedCalibrationError(
        probabilities: some Sequence<Float>, frauds: some Sequence<Bool>, bins: Int = 15
    ) -> Double {
        let (probabilities, frauds) = (Column(probabilities), Column(frauds))
        var sums = [(probability: Double, frauds: Double)](repeating: (0, 0), count: bins)
        for (probability, fraud) in zip(probabilities, frauds) {
            let bin = calibrationBin(Double(probability), bins: bins)
            sums[bin].probability += Double(probability)
            sums[bin].frauds += fraud ? 1 : 0
        }
        return sums.reduce(0) { $0 + abs($1.probability - $1.frauds) } / Double(probabilities.count)
    }

    /// The bin of equal width that holds a probability: (lower, upper], the first one 0 too.
    package static func calibrationBin(_ probability: Double, bins: Int) -> Int {
        min(max(Int((probability * Double(bins)).rounded(.up)) - 1, 0), bins - 1)
    }
}
