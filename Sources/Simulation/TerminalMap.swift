import Transactions

/// All terminals: those of each city in turn, then those on the internet.
struct TerminalMap: Hashable, Sendable {
    var terminals: [Terminal] = []
    /// The terminals of each of `City.all`.
    private(set) var cities: [Range<Int>] = []
    /// The terminals on the internet.
    private(set) var online = 0..<0

    /// The terminals in cities.
    var inShops: Range<Int> { 0..<online.lowerBound }

    init(users: Int, usersPerTerminal: Int, using generator: inout SeededGenerator) {
        // Small simulations too need a choice of shops in every city.
        let shops = max(users / max(1, usersPerTerminal) / City.all.count, 10)
        for city in City.all {
            let first = terminals.count
            for _ in 0..<shops {
                let category = SpendingCategory.inShops[generator.index(0..<SpendingCategory.inShops.count)]
                add(category, country: city.country, at: generator.point(around: city.centre), using: &generator)
            }
            cities.append(first..<terminals.count)
        }
        let first = terminals.count
        for number in 0..<max(shops * 2, 20) {
            // In turn, so that every category exists.
            let category = SpendingCategory.online[number % SpendingCategory.online.count]
            let country = City.all[generator.index(0..<City.all.count)].country
            add(category, country: country, at: nil, using: &generator)
        }
        online = first..<terminals.count
    }

    private mutating func add(
        _ category: SpendingCategory, country: String, at place: GeographicPoint?,
        using generator: inout SeededGenerator
    ) {
        // A chain has about three terminals of a category.
        let chain = generator.index(0..<(terminals.count / 30 + 1))
        terminals.append(
            Terminal(
                id: "p\(padded(terminals.count, to: 5))", merchant: "\(category.rawValue)_\(chain)", category: category,
                country: country, place: place))
    }
}
