internal import Scoring
internal import Transactions

/// Each UTC day's cards by falling highest score, as an investigation team sees them; see `CardPrecision`.
struct DailyCards {
    struct Card {
        var user: UInt32
        /// Whether the card had a fraud that day.
        var fraud: Bool
    }

    /// Day by day, those with an event only.
    private let cards: Column<Card>
    /// (days + 1) where each day begins.
    private let starts: [Int]
    /// One more than the highest user's number.
    let userLimit: Int

    var isEmpty: Bool { cards.isEmpty }

    /// Users' numbers should lie close together: memory is a few bytes for each up to the highest.
    init(scores: Column<Float>, frauds: Column<Bool>, users: Column<UInt32>, times: Column<Int64>) {
        func day(_ row: Int) -> Int {
            let (quotient, remainder) = times[row].quotientAndRemainder(dividingBy: EventTime.millisecondsPerDay)
            return Int(remainder < 0 ? quotient - 1 : quotient)
        }
        let days = times.indices.lazy.map(day)
        let (first, last) = (days.min() ?? 0, days.max() ?? -1)
        let rows = RowGroups(count: times.count, groups: last - first + 1) { day($0) - first }
        userLimit = users.max().map { Int($0) + 1 } ?? 0
        // (users) the card's place in the day at hand; -1 where it has none yet.
        var places = [Int32](repeating: -1, count: userLimit)
        var cards = Column<Card>()
        var starts = [0]
        for day in rows.groups where !rows[day].isEmpty {
            var ofDay: [Card] = []
            var highest: [Float] = []
            for row in rows[day].lazy.map({ Int($0) }) {
                let user = Int(users[row])
                if places[user] < 0 {
                    places[user] = Int32(ofDay.count)
                    ofDay.append(Card(user: users[row], fraud: frauds[row]))
                    highest.append(scores[row])
                } else {
                    let place = Int(places[user])
                    ofDay[place].fraud = ofDay[place].fraud || frauds[row]
                    highest[place] = max(highest[place], scores[row])
                }
            }
            for card in ofDay { places[Int(card.user)] = -1 }
            for place in ScoreOrder.descending(Column(highest)) { cards.append(ofDay[Int(place)]) }
            starts.append(cards.count)
        }
        self.cards = cards
        self.starts = starts
    }

    /// The mean share of `slots` cards a day that had a fraud that day, cards found before left out.
    ///
    /// - Parameter copies: (userLimit) how often each card is there: 1, or its multiplicity in a resample. Used up.
    func precision(slots: Int, copies: inout [UInt16]) -> Double {
        var sum = 0
        cards.withUnsafeBufferPointer { cards in
            for (start, end) in zip(starts, starts.dropFirst()) {
                var left = slots
                for place in start..<end {
                    let card = cards[place]
                    let looked = min(left, Int(copies[Int(card.user)]))
                    guard looked > 0 else { continue }
                    left -= looked
                    if card.fraud {
                        sum += looked
                        copies[Int(card.user)] -= UInt16(looked)
                    }
                    if left == 0 { break }
                }
            }
        }
        return Double(sum) / Double(slots) / Double(starts.count - 1)
    }
}
