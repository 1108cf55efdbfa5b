public import Transactions

/// Makes up users, merchants and fraud from a seed, and gives their transactions in the order of time.
///
/// The stream is made day by day: memory holds the users and one day's transactions.
public struct Simulator: LabelledTransactionSource {
    /// The schema of what it gives.
    public static var schema: TransactionSchema { .demo }

    /// Its name in errors.
    public let name = "simulation"
    private let settings: SimulationSettings
    private let world: World
    private var shoppers: [Shopper]
    private var fraudster: Fraudster
    private var day = 0
    /// Purchases of the current day in order, and those that spill into later days.
    private var purchases: [Purchase] = []
    private var position = 0
    private var spilled: [Purchase] = []
    private var count = 0

    public init(_ settings: SimulationSettings = SimulationSettings()) {
        self.settings = settings
        let world = World(settings: settings)
        let shoppers = (0..<settings.users).map { Shopper(number: $0, world: world, settings: settings) }
        self.world = world
        self.shoppers = shoppers
        fraudster = Fraudster(world: world, shoppers: shoppers, settings: settings)
    }

    /// The next transaction, or nil after the last day.
    public mutating func next() -> LabelledTransaction? {
        nextWithScenario()?.item
    }

    /// The next transaction and, if it is fraud, how it came about.
    public mutating func nextWithScenario() -> (item: LabelledTransaction, scenario: FraudScenario?)? {
        while position == purchases.count {
            guard day < settings.days else { return nil }
            simulateDay()
        }
        let purchase = purchases[position]
        position += 1
        count += 1
        let item = LabelledTransaction(
            transaction: transaction(purchase), isFraud: purchase.fraud != nil, line: count)
        return (item, purchase.fraud)
    }

    private mutating func simulateDay() {
        var today = spilled
        for index in shoppers.indices {
            let first = today.count
            shoppers[index].live(day: day, world: world, into: &today)
            for genuine in first..<today.count { fraudster.taint(&today[genuine]) }
            let closed = today[first...].indices.filter { !fraudster.isOpen(today[$0]) }
            for place in closed.reversed() { today.remove(at: place) }
        }
        fraudster.strike(shoppers, day: day, world: world, into: &today)
        day += 1
        let end = day * 86_400
        // By time, then user, then as they were made: a total order, so that any sort gives the same.
        let order = today.indices.sorted {
            (today[$0].second, today[$0].user, $0) < (today[$1].second, today[$1].user, $1)
        }
        purchases = order.compactMap { today[$0].second < end ? today[$0] : nil }
        spilled = today.filter { $0.second >= end }
        position = 0
    }

    private func transaction(_ purchase: Purchase) -> Transaction {
        let place = world.terminals[purchase.terminal]
        return Transaction(
            id: "t-\(digits(count, 9))", user: "u-\(digits(purchase.user, 5))",
            time: settings.start.advanced(byMilliseconds: Int64(purchase.second) * 1000), amount: purchase.amount,
            entities: [place.id, place.merchant, purchase.device],
            features: [
                .text(place.category.rawValue), .text(purchase.channel), .text(place.country),
                .number(purchase.kilometres),
            ])
    }
}
