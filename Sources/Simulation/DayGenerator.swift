import Transactions

/// Makes up the transactions of one day after another, in no order within a day.
struct DayGenerator: Hashable, Sendable {
    let settings: SimulationSettings
    var generator: SeededGenerator
    var map: TerminalMap
    var users: [SimulatedUser]
    /// Devices that thieves used lately; the newest last.
    var thievesDevices: [UInt64] = []
    private var day = 0
    private var compromises: EpisodeQuota
    private var stolenCards: EpisodeQuota
    private var takeovers: EpisodeQuota
    private var cardTests: EpisodeQuota

    init(_ settings: SimulationSettings) {
        self.settings = settings
        var generator = SeededGenerator(seed: settings.seed)
        let count = max(0, settings.users)
        var map = TerminalMap(users: count, usersPerTerminal: settings.usersPerTerminal, using: &generator)
        users = (0..<count).map { _ in SimulatedUser(map: &map, using: &generator) }
        func quota(_ rate: Double, of count: Int) -> EpisodeQuota {
            EpisodeQuota(perDay: rate * Double(count), using: &generator)
        }
        compromises = quota(settings.compromisedTerminals, of: count == 0 ? 0 : map.inShops.count)
        stolenCards = quota(settings.stolenCards, of: count)
        takeovers = quota(settings.accountTakeovers, of: count)
        cardTests = quota(settings.cardTests, of: count)
        self.map = map
        self.generator = generator
    }

    /// The transactions that start on the next day; those of an episode may lie on days after it.
    mutating func next() -> [DraftTransaction] {
        var drafts: [DraftTransaction] = []
        for _ in 0..<compromises.next() { compromiseTerminal(from: day) }
        for user in users.indices { appendGenuine(of: user, on: day, to: &drafts) }
        for _ in 0..<stolenCards.next() { appendStolenCard(on: day, to: &drafts) }
        for _ in 0..<takeovers.next() { appendTakeover(on: day, to: &drafts) }
        for _ in 0..<cardTests.next() { appendCardTest(on: day, to: &drafts) }
        day += 1
        return drafts
    }

    /// Milliseconds since the start; hours beyond 24 lie on the days after.
    func milliseconds(day: Int, hour: Double) -> Int64 {
        Int64(day) * EventTime.millisecondsPerDay + Int64(hour * Double(EventTime.millisecondsPerHour))
    }
}
