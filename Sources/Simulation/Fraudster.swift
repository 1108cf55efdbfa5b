/// Plans frauds: which terminals are compromised and when, and what is bought at a victim's cost.
struct Fraudster {
    /// A time during which a terminal's transactions are mostly fraud.
    struct Campaign {
        let terminal: Int
        let seconds: Range<Int>
    }

    private let campaigns: [Int: [Campaign]]
    private let scale: Double
    private var random: SimulationRandom
    private var devices = 0
    /// How many more victims the newest device is used for.
    private var victimsLeft = 0

    init(world: World, shoppers: [Shopper], settings: SimulationSettings) {
        var random = SimulationRandom(seed: settings.seed, stream: 2)
        var campaigns: [Int: [Campaign]] = [:]
        let candidates = Self.ordinaryTerminals(shoppers)
        let mean = Double(settings.users) * Double(settings.days + 14) / 6000 * settings.fraudScale
        for _ in 0..<Int(mean.rounded()) {
            guard let terminal = random.element(candidates) else { break }
            // Some began before the first day, so that every day is like every other.
            let start = random.integer(-14 * 86_400...settings.days * 86_400)
            let campaign = Campaign(terminal: terminal, seconds: start..<start + 86_400 * random.integer(14...22))
            campaigns[terminal, default: []].append(campaign)
        }
        self.campaigns = campaigns
        scale = settings.fraudScale
        self.random = random
    }

    /// Terminals neither hardly used nor used by everybody, so that one campaign is about as large as another.
    private static func ordinaryTerminals(_ shoppers: [Shopper]) -> [Int] {
        var regulars: [Int: Int] = [:]
        for shopper in shoppers {
            for terminal in shopper.favourites.joined() { regulars[terminal, default: 0] += 1 }
        }
        let ranked = regulars.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
        return Array(ranked[ranked.count * 4 / 10..<max(ranked.count * 4 / 10, ranked.count * 8 / 10)])
    }

    /// Days for which a terminal is out of service once its campaign has ended.
    private static let repairDays = 5

    /// Whether a terminal can be paid at: not while it is being repaired.
    func isOpen(_ purchase: Purchase) -> Bool {
        !(campaigns[purchase.terminal] ?? []).contains { campaign in
            let end = campaign.seconds.upperBound
            return (end..<end + Self.repairDays * 86_400).contains(purchase.second)
        }
    }

    /// Marks a genuine purchase as fraud where its terminal is compromised at the time.
    mutating func taint(_ purchase: inout Purchase) {
        guard let here = campaigns[purchase.terminal], here.contains(where: { $0.seconds.contains(purchase.second) })
        else { return }
        if random.chance(0.85) { purchase.fraud = .compromisedTerminal }
    }

    /// Appends the frauds that begin on a day; they may go on past its end.
    mutating func strike(
        _ shoppers: [Shopper], day: Int, world: World, into purchases: inout [Purchase]
    ) {
        let userDays = Double(shoppers.count) * scale
        for _ in 0..<random.poisson(userDays * 0.0006) { stealCard(victim(shoppers), day, world, &purchases) }
        for _ in 0..<random.poisson(userDays * 0.0007) { takeOver(victim(shoppers), day, world, &purchases) }
        for _ in 0..<random.poisson(userDays * 0.0006) { testCard(victim(shoppers), day, world, &purchases) }
        for _ in 0..<random.poisson(userDays * 0.0003) { stayQuiet(victim(shoppers), day, world, &purchases) }
    }

    private mutating func victim(_ shoppers: [Shopper]) -> Shopper {
        shoppers[random.below(shoppers.count)]
    }

    private mutating func stealCard(_ victim: Shopper, _ day: Int, _ world: World, _ purchases: inout [Purchase]) {
        let isNear = random.chance(0.6)
        let abroad = random.chance(0.4)
        let city = isNear ? victim.city : world.randomCity(besides: victim.city, abroad: abroad, &random)
        var second = day * 86_400 + random.integer(9 * 3600...22 * 3600)
        for _ in 0..<random.integer(5...10) {
            let wanted: [Category] = [.electronics, .electronics, .fashion, .fashion, .fuel, .groceries, .cash]
            let category = random.element(wanted) ?? .fashion
            if let terminal = random.element(world.terminals(in: city, category)) {
                let amount = category.median * random.uniform(1, 3.5)
                purchases.append(
                    purchase(victim, second, amount, terminal, .stolenCard, world, device: nil, kilometres: nil))
            }
            second += random.integer(120...2400)
        }
    }

    private mutating func takeOver(_ victim: Shopper, _ day: Int, _ world: World, _ purchases: inout [Purchase]) {
        let device = fraudDevice()
        let kilometres = random.chance(0.65) ? random.uniform(200, 3000) : random.uniform(0, 20)
        var second = day * 86_400 + random.below(86_400)
        for _ in 0..<random.integer(3...6) {
            let category =
                random.element([Category.electronics, .electronics, .digital, .fashion, .travel]) ?? .digital
            if let shop = random.element(world.shops(category)) {
                let amount = category.median * random.uniform(0.8, 3)
                purchases.append(
                    purchase(
                        victim, second, amount, shop, .accountTakeover, world, device: device, kilometres: kilometres))
            }
            second += random.integer(300...14_400)
        }
    }

    private mutating func testCard(_ victim: Shopper, _ day: Int, _ world: World, _ purchases: inout [Purchase]) {
        // Guests give no device.
        let device = random.chance(0.5) ? fraudDevice() : nil
        let kilometres = random.uniform(0, 2500)
        var second = day * 86_400 + random.below(86_400)
        let tests = random.integer(1...3)
        for step in 0..<tests + random.integer(1...3) {
            let isTest = step < tests
            let category: Category =
                isTest || random.chance(0.2) ? .digital : random.chance(0.6) ? .electronics : .fashion
            if let shop = random.element(world.shops(category)) {
                let amount = isTest ? random.uniform(0.5, 2.5) : Category.electronics.median * random.uniform(1, 5)
                purchases.append(
                    purchase(victim, second, amount, shop, .cardTesting, world, device: device, kilometres: kilometres))
            }
            second += isTest ? random.integer(30...900) : random.integer(300...5400)
        }
    }

    private mutating func stayQuiet(_ victim: Shopper, _ day: Int, _ world: World, _ purchases: inout [Purchase]) {
        guard let known = random.element(victim.favourites.filter { !$0.isEmpty }), let terminal = random.element(known)
        else { return }
        let place = world.terminals[terminal]
        let amount = place.category.median * victim.amountScale * random.logNormal(deviation: 0.6)
        let second = day * 86_400 + random.integer(8 * 3600...22 * 3600)
        purchases.append(
            purchase(
                victim, second, amount, terminal, .quiet, world, device: victim.device,
                kilometres: place.isOnline ? random.uniform(0, 12) : nil))
    }

    /// - Parameter kilometres: nil for the terminal's own distance from the victim's home.
    private mutating func purchase(
        _ victim: Shopper, _ second: Int, _ amount: Double, _ terminal: Int, _ scenario: FraudScenario, _ world: World,
        device: String?, kilometres: Double?
    ) -> Purchase {
        let place = world.terminals[terminal]
        let isContactless = !place.isOnline && amount < 50
        return Purchase(
            user: victim.number, second: second, amount: cents(amount), terminal: terminal,
            channel: channel(place, isContactless: isContactless), device: place.isOnline ? device : nil,
            kilometres: kilometres.map(tenths) ?? victim.distance(to: place), fraud: scenario)
    }

    /// A device that is none of the users', shared by a few frauds.
    private mutating func fraudDevice() -> String {
        if victimsLeft == 0 {
            devices += 1
            victimsLeft = random.integer(1...4)
        }
        victimsLeft -= 1
        return "d-\(digits(90_000 + devices, 5))-1"
    }
}
