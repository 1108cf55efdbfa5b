import Transactions

/// Card precision at k: what an investigation team that looks at k cards a day would find.
///
/// Each UTC day the cards not yet detected are ranked by their highest score of the day and the first k are looked at;
/// the share of k that had a fraud that day is the day's precision, and those cards are detected: they are left out of
/// later days. The figure is the mean over the days with an event. Equal scores rank by the card's first appearance.
/// The Fraud Detection Handbook's own protocol also drops cards known to be compromised when the test begins; this one
/// does not.
public enum CardPrecision {
    /// nil without an event.
    public static func mean(
        scores: [Float], frauds: [Bool], users: [UInt32], times: [Int64], cards: Int = 100
    ) -> Double? {
        struct Card {
            var score: Float
            var fraud: Bool
            var order: Int
        }
        var days: [Int64: [UInt32: Card]] = [:]
        for index in scores.indices {
            let milliseconds = times[index]
            let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: EventTime.millisecondsPerDay)
            let day = remainder < 0 ? quotient - 1 : quotient
            var card = days[day]?[users[index]] ?? Card(score: scores[index], fraud: false, order: index)
            card.score = max(card.score, scores[index])
            card.fraud = card.fraud || frauds[index]
            days[day, default: [:]][users[index]] = card
        }
        guard !days.isEmpty, cards > 0 else { return nil }
        var detected: Set<UInt32> = []
        var sum = 0.0
        for (_, ofDay) in days.sorted(by: { $0.key < $1.key }) {
            let found = ofDay.filter { !detected.contains($0.key) }
                .sorted { ($1.value.score, $0.value.order) < ($0.value.score, $1.value.order) }
                .prefix(cards).filter(\.value.fraud).map(\.key)
            detected.formUnion(found)
            sum += Double(found.count) / Double(cards)
        }
        return sum / Double(days.count)
    }
}
