internal import Scoring

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
        scores: some Sequence<Float>, frauds: some Sequence<Bool>, users: some Sequence<UInt32>,
        times: some Sequence<Int64>, cards: Int = 100
    ) -> Double? {
        let days = DailyCards(
            scores: Column(scores), frauds: Column(frauds), users: Column(users), times: Column(times))
        guard !days.isEmpty, cards > 0 else { return nil }
        var copies = [UInt16](repeating: 1, count: days.userLimit)
        return days.precision(slots: cards, copies: &copies)
    }
}
