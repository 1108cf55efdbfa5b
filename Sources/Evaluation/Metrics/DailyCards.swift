internal import Scoring
internal import Transactions

/// Each UTC day's cards by falling highest score, as an investigation team sees them; see `CardPrecision`.
struct DailyCards {
    struct Card {
        var user: UInt32
        /// Whether the card had a fraud that day.
        var fraud: Bool
    }

    /// (days) by rising day, those with an event only.
    let days: [[Card]]
    /// One more than the highest user's number.
    let userLimit: Int

    /// Users' numbers should lie close together: memory is a few bytes for each up to the highest.
    init(scores: [Float], frauds: [Bool], users: [UInt32], times: [Int64]) {
        var rowsOfDay: [Int64: [Int]] = [:]
        for (index, time) in times.enumerated() {
            let (quotient, remainder) = time.quotientAndRemainder(dividingBy: EventTime.millisecondsPerDay)
            rowsOfDay[remainder < 0 ? quotient - 1 : quotient, default: []].append(index)
        }
        userLimit = (users.max()).map { Int($0) + 1 } ?? 0
        // (users) the card's place in the day at hand; -1 where it has none yet.
        var places = [Int32](repeating: -1, count: userLimit)
        days = rowsOfDay.sorted { $0.key < $1.key }.map { _, rows in
            var cards: [Card] = []
            var highest: [Float] = []
            for row in rows {
                let user = Int(users[row])
                if places[user] < 0 {
                    places[user] = Int32(cards.count)
                    cards.append(Card(user: users[row], fraud: frauds[row]))
                    highest.append(scores[row])
                } else {
                    let place = Int(places[user])
                    cards[place].fraud = cards[place].fraud || frauds[row]
                    highest[place] = max(highest[place], scores[row])
                }
            }
            for card in cards { places[Int(card.user)] = -1 }
            return ScoreOrder.descending(highest).map { cards[Int($0)] }
        }
    }

    /// The mean share of `slots` cards a day that had a fraud that day, cards found before left out.
    ///
    /// - Parameter copies: (userLimit) how often each card is there: 1, or its multiplicity in a resample. Used up.
    func precision(slots: Int, copies: inout [UInt16]) -> Double {
        var sum = 0
        for cards in days {
            var left = slots
            for card in cards {
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
        return Double(sum) / Double(slots) / Double(days.count)
    }
}
