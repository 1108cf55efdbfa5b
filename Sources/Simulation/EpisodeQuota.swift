/// Spreads a number of episodes evenly over the days, so that every seed has about the same share of fraud.
struct EpisodeQuota: Hashable, Sendable {
    private let perDay: Double
    private var saved: Double

    init(perDay: Double, using generator: inout SeededGenerator) {
        self.perDay = max(0, perDay)
        saved = generator.unit()
    }

    /// How many episodes start on the next day.
    mutating func next() -> Int {
        saved += perDay
        let whole = saved.rounded(.down)
        saved -= whole
        return Int(whole)
    }
}
