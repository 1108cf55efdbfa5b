internal import Scoring

/// How soon compromised cards were found and what they lost until then.
///
/// A card is compromised from its first fraud; it is detected by its first flagged fraud. Money lost before is that of its
/// frauds before the detection, or of all its frauds where there was none; the flagged transaction itself counts as saved.
public struct CardDetection: Hashable, Sendable, Codable {
    /// Cards with at least one fraud.
    public var compromised = 0
    /// Those with a flagged fraud.
    public var detected = 0
    /// Those whose first fraud was flagged.
    public var detectedAtOnce = 0
    /// Hours from a detected card's first fraud to its detection; nil where no card was detected.
    public var meanHours: Double?
    public var medianHours: Double?
    /// Nine of ten detected cards were found within this.
    public var ninetiethHours: Double?
    /// Over all compromised cards, in the currency's major unit.
    public var lostBeforeDetection = 0.0
    /// By compromised card; nil without one.
    public var meanLostBeforeDetection: Double?

    private enum CodingKeys: String, CodingKey {
        case compromised
        case detected
        case detectedAtOnce = "detected_at_once"
        case meanHours = "mean_hours"
        case medianHours = "median_hours"
        case ninetiethHours = "p90_hours"
        case lostBeforeDetection = "lost_before_detection"
        case meanLostBeforeDetection = "mean_lost_before_detection"
    }

    /// One compromised card.
    struct Card {
        var firstFraud: Int64
        var detection: Int64?
        var lost = 0.0
    }

    public init(_ columns: OutcomeColumns) {
        let cards = Self.cards(columns)
        compromised = cards.count
        var hours: [Double] = []
        for card in cards {
            lostBeforeDetection += card.lost
            guard let detection = card.detection else { continue }
            detected += 1
            if detection == card.firstFraud { detectedAtOnce += 1 }
            hours.append(Double(detection - card.firstFraud) / 3_600_000)
        }
        hours.sort()
        meanHours = hours.isEmpty ? nil : hours.reduce(0, +) / Double(hours.count)
        medianHours = Quantile.of(hours, 0.5)
        ninetiethHours = Quantile.of(hours, 0.9)
        meanLostBeforeDetection = cards.isEmpty ? nil : lostBeforeDetection / Double(cards.count)
    }

    /// In order of the users' numbers.
    static func cards(_ columns: OutcomeColumns) -> [Card] {
        let users = columns.users.reduce(0) { max($0, Int($1) + 1) }
        let frauds = RowGroups(count: columns.count, groups: users) {
            columns.frauds[$0] ? Int(columns.users[$0]) : nil
        }
        var cards: [Card] = []
        for user in frauds.groups where !frauds[user].isEmpty {
            let rows = frauds[user].map { Int($0) }.sorted { (columns.times[$0], $0) < (columns.times[$1], $1) }
            var card = Card(firstFraud: columns.times[rows[0]])
            for row in rows where card.detection == nil {
                if columns.isFlagged(row) {
                    card.detection = columns.times[row]
                } else {
                    card.lost += max(0, columns.amounts[row])
                }
            }
            cards.append(card)
        }
        return cards
    }
}
