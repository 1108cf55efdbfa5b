/// A user: where they live, what they buy, how often and for how much.
struct Shopper {
    let number: Int
    let city: Int
    let x: Double
    let y: Double
    /// Purchases a day.
    private let rate: Double
    /// What their amounts are multiplied by.
    let amountScale: Double
    private let peakHour: Double
    private let weights: [Double]
    /// Terminals they go back to, by category.
    let favourites: [[Int]]
    /// Whether contactless payments come from their phone.
    private let usesWallet: Bool

    private(set) var device: String
    private var devices = 1
    private var trip: (city: Int, lastDay: Int)?
    private var random: SimulationRandom

    init(number: Int, world: World, settings: SimulationSettings) {
        var random = SimulationRandom(seed: settings.seed, stream: 1_000_000 + UInt64(number))
        self.number = number
        let city = world.randomCity(&random)
        self.city = city
        x = world.cities[city].x + 5 * random.normal()
        y = world.cities[city].y + 5 * random.normal()
        rate = 1.75 * random.logNormal(deviation: 0.5)
        amountScale = random.logNormal(deviation: 0.4)
        peakHour = random.uniform(10, 20)
        weights = Category.allCases.map { category in
            let taste = random.uniform()
            return category.frequency * taste * taste
        }
        favourites = Category.allCases.map { category in
            let reachable = world.terminals(in: city, category) + world.shops(category)
            return (0..<3).compactMap { _ in random.element(reachable) }
        }
        usesWallet = random.chance(0.4)
        device = "d-\(digits(number, 5))-1"
        self.random = random
    }

    /// Appends one day's genuine purchases.
    mutating func live(day: Int, world: World, into purchases: inout [Purchase]) {
        if let current = trip, current.lastDay < day { trip = nil }
        if trip == nil, random.chance(0.004) {
            let abroad = random.chance(0.5)
            trip = (
                world.randomCity(besides: city, abroad: abroad, &random), day + random.integer(2...7)
            )
        }
        if random.chance(0.002) {
            devices += 1
            device = "d-\(digits(number, 5))-\(devices)"
        }
        let isWeekend = day % 7 >= 5
        for _ in 0..<random.poisson(rate * (isWeekend ? 1.25 : 0.95)) {
            let category = Category.allCases[random.index(weights: weights)]
            let hour = peakHour + 3.3 * random.normal()
            let second = min(max(Int(hour * 3600), 0), 86_399)
            append(category, at: day * 86_400 + second, world: world, into: &purchases)
        }
        if random.chance(isWeekend ? 0.03 : 0.008) { shopAround(day: day, world: world, into: &purchases) }
    }

    /// An afternoon in the shops: many purchases within hours that are no fraud.
    private mutating func shopAround(day: Int, world: World, into purchases: inout [Purchase]) {
        var second = day * 86_400 + random.integer(36_000...61_200)
        for _ in 0..<random.integer(3...6) {
            let category: Category = random.chance(0.6) ? .fashion : random.chance(0.4) ? .electronics : .restaurants
            append(category, at: second, world: world, into: &purchases)
            second += random.integer(300...2700)
        }
    }

    private mutating func append(
        _ category: Category, at second: Int, world: World, into purchases: inout [Purchase]
    ) {
        guard let terminal = chooseTerminal(category, world: world) else { return }
        let place = world.terminals[terminal]
        var amount = category.median * amountScale * random.logNormal(deviation: 0.45)
        if random.chance(0.012) { amount *= random.uniform(2.5, 6) }
        if random.chance(0.004) { amount = -amount }
        let isContactless = !place.isOnline && amount < 50 && random.chance(0.8)
        purchases.append(
            Purchase(
                user: number, second: second, amount: cents(amount), terminal: terminal,
                channel: channel(place, isContactless: isContactless),
                device: place.isOnline || (isContactless && usesWallet) ? device : nil,
                kilometres: place.isOnline ? networkDistance(world) : distance(to: place), fraud: nil))
    }

    private mutating func chooseTerminal(_ category: Category, world: World) -> Int? {
        let index = Category.allCases.firstIndex(of: category) ?? 0
        if let trip {
            return random.element(world.terminals(in: trip.city, category)) ?? random.element(world.shops(category))
        }
        if random.chance(0.8), let favourite = random.element(favourites[index]) { return favourite }
        return random.element(world.terminals(in: city, category)) ?? random.element(world.shops(category))
    }

    /// Where the network places an online purchase: about at home, on a trip there, now and then anywhere.
    private mutating func networkDistance(_ world: World) -> Double {
        if random.chance(0.01) { return tenths(random.uniform(50, 2000)) }
        let noise = abs(6 * random.normal())
        guard let trip else { return tenths(noise) }
        return tenths(distance(x: world.cities[trip.city].x, y: world.cities[trip.city].y) + noise)
    }

    func distance(to place: World.Terminal) -> Double {
        tenths(distance(x: place.x, y: place.y))
    }

    private func distance(x otherX: Double, y otherY: Double) -> Double {
        ((otherX - x) * (otherX - x) + (otherY - y) * (otherY - y)).squareRoot()
    }
}

/// How a purchase at a terminal is paid.
func channel(_ place: World.Terminal, isContactless: Bool) -> String {
    if place.isOnline { return "online" }
    if place.category == .cash { return "atm" }
    return isContactless ? "contactless" : "chip"
}

/// Rounded to the cent, never zero.
func cents(_ amount: Double) -> Double {
    let rounded = (amount * 100).rounded() / 100
    return rounded == 0 ? 0.01 : rounded
}

func tenths(_ value: Double) -> Double {
    (value * 10).rounded() / 10
}
