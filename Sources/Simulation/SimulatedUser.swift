import Glibc
import Transactions

/// A user's habits, and the little that changes from day to day.
struct SimulatedUser: Hashable, Sendable {
    /// A stay in another city.
    struct Trip: Hashable, Sendable {
        var city: Int
        /// The first day at home again.
        var endDay: Int
    }

    /// How many shops a user goes to again and again.
    static let shopCount = 8

    /// Of `City.all`.
    let city: Int
    let home: GeographicPoint
    let typicalAmount: Double
    /// The deviation of the amounts' logarithm.
    let spread: Double
    /// Transactions a weekday.
    let dailyRate: Double
    let weekendFactor: Double
    /// The hours around which most transactions are.
    let peaks: [Double]
    let onlineShare: Double
    /// Of transactions in shops.
    let walletShare: Double
    /// Of transactions with the card itself.
    let contactlessShare: Double
    /// Indices of the terminals near home and of the pages that the user goes to again and again, the favourite first.
    let shops: [Int]
    let pages: [Int]
    /// One or two.
    var devices: [UInt64]
    var trip: Trip?

    init(map: inout TerminalMap, using generator: inout SeededGenerator) {
        city = generator.index(0..<City.all.count)
        let home = generator.point(around: City.all[city].centre)
        self.home = home
        typicalAmount = 24 * generator.logNormal(0.45)
        spread = generator.uniform(0.3...0.7)
        dailyRate = 0.5 * exp(generator.unit() * log(8))
        weekendFactor = generator.uniform(0.6...1.5)
        peaks = [generator.uniform(7...13), generator.uniform(15...21)]
        onlineShare = generator.uniform(0.1...0.45)
        walletShare = generator.chance(0.5) ? generator.uniform(0.2...0.9) : 0
        contactlessShare = generator.uniform(0.3...0.9)
        let tastes = SpendingCategory.allCases.map { _ in generator.logNormal(0.8) }
        let taste = Dictionary(uniqueKeysWithValues: zip(SpendingCategory.allCases, tastes))
        func favourites(_ count: Int, in range: Range<Int>) -> [Int] {
            let candidates = Set((0..<count * 4).map { _ in generator.index(range) }).sorted()
            let scored = candidates.map { index in
                let terminal = map.terminals[index]
                let distance = terminal.place.map { home.kilometres(to: $0) } ?? 0
                let liking = (taste[terminal.category] ?? 1) * terminal.category.frequency
                return (index: index, score: liking * exp(-distance / 6))
            }
            return scored.sorted { ($1.score, $0.index) < ($0.score, $1.index) }.prefix(count).map(\.index)
        }
        shops = favourites(Self.shopCount, in: map.cities[city])
        pages = favourites(5, in: map.online)
        devices = (0..<generator.integer(1...2)).map { _ in generator.next() }
        for index in shops { map.terminals[index].regulars += 1 }
    }
}
