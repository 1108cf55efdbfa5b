/// The places that users live in and buy at: countries on a plane, their cities, merchants and terminals.
struct World {
    struct City {
        let country: String
        /// Kilometres east and north.
        let x: Double
        let y: Double
    }

    struct Terminal {
        let id: String
        let merchant: String
        let category: Category
        let isOnline: Bool
        let country: String
        let x: Double
        let y: Double
    }

    private static let countries = ["DE", "FR", "NL", "PL", "ES", "IT"]
    private static let countryWeights = [0.55, 0.15, 0.10, 0.08, 0.07, 0.05]
    private static let citiesPerCountry = 4

    private(set) var cities: [City] = []
    private(set) var terminals: [Terminal] = []
    /// Terminals by city and category: the index is `city * categories + category`.
    private var local: [[Int]] = []
    /// Online shops by category.
    private var online: [[Int]] = []

    init(settings: SimulationSettings) {
        var random = SimulationRandom(seed: settings.seed, stream: 1)
        for (index, country) in Self.countries.enumerated() {
            for _ in 0..<Self.citiesPerCountry {
                let x = Double(index % 3) * 900 + random.uniform(0, 600)
                let y = Double(index / 3) * 900 + random.uniform(0, 600)
                cities.append(City(country: country, x: x, y: y))
            }
        }
        let categories = Category.allCases.count
        local = Array(repeating: [], count: cities.count * categories)
        online = Array(repeating: [], count: categories)
        let merchants = max(2 * cities.count, settings.users / 4)
        for merchant in 0..<merchants { addMerchant(merchant, &random) }
    }

    private mutating func addMerchant(_ number: Int, _ random: inout SimulationRandom) {
        let index = random.index(weights: Category.allCases.map(\.frequency))
        let category = Category.allCases[index]
        let isOnline = random.chance(category.onlineShare)
        let city = randomCity(&random)
        for _ in 0..<(isOnline ? 1 : random.integer(1...3)) {
            let terminal = Terminal(
                id: "tm-\(digits(terminals.count, 4))", merchant: "m-\(digits(number, 4))", category: category,
                isOnline: isOnline, country: cities[city].country, x: cities[city].x + 4 * random.normal(),
                y: cities[city].y + 4 * random.normal())
            if isOnline {
                online[index].append(terminals.count)
            } else {
                local[city * Category.allCases.count + index].append(terminals.count)
            }
            terminals.append(terminal)
        }
    }

    /// A city where people live: some countries have more of them.
    func randomCity(_ random: inout SimulationRandom) -> Int {
        let country = random.index(weights: Self.countryWeights)
        return country * Self.citiesPerCountry + random.below(Self.citiesPerCountry)
    }

    /// Another city, of the same country or of any.
    func randomCity(besides city: Int, abroad: Bool, _ random: inout SimulationRandom) -> Int {
        if abroad { return random.below(cities.count) }
        return city / Self.citiesPerCountry * Self.citiesPerCountry + random.below(Self.citiesPerCountry)
    }

    /// Terminals of a category in a city; empty where it has none.
    func terminals(in city: Int, _ category: Category) -> [Int] {
        local[city * Category.allCases.count + Self.index(of: category)]
    }

    /// Online shops of a category.
    func shops(_ category: Category) -> [Int] {
        online[Self.index(of: category)]
    }

    private static func index(of category: Category) -> Int {
        Category.allCases.firstIndex(of: category) ?? 0
    }
}

/// The number with zeros in front.
func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
