import Foundation
import Testing
import Transactions

@testable import Simulation

/// What comes out of the simulator, apart from how hard its fraud is to find.
struct SimulatorTests {
    private let population = SimulatedPopulation.shared

    @Test func sameSeedGivesTheSameAndAnotherSeedAnother() {
        var settings = SimulationSettings()
        settings.users = 40
        settings.days = 5
        let first = SimulatedPopulation(settings).items
        #expect(first == SimulatedPopulation(settings).items)
        settings.seed = 2
        #expect(first != SimulatedPopulation(settings).items)
    }

    /// Written down, so that a change of what a seed gives is noticed.
    @Test func generatorIsSplitMix64() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }

    @Test func transactionsAreInOrderNumberedAndWithinTheDays() throws {
        let items = population.items
        let end = population.settings.start.advanced(
            byMilliseconds: Int64(population.settings.days) * EventTime.millisecondsPerDay)
        #expect(zip(items, items.dropFirst()).allSatisfy { $0.transaction.time <= $1.transaction.time })
        #expect(items.allSatisfy { $0.transaction.time >= population.settings.start && $0.transaction.time < end })
        #expect(Set(items.map(\.transaction.id)).count == items.count)
        #expect(items.map(\.line) == Array(1...items.count))
        let lastDay = try #require(items.last).transaction.time.days - end.days
        #expect(lastDay > -1)
    }

    @Test func everyTransactionFitsTheSchema() {
        let schema = Simulator.schema
        for item in population.items {
            let transaction = item.transaction
            #expect(item.isFraud != nil)
            #expect(transaction.amount.isFinite && transaction.amount != 0)
            #expect(transaction.entities.count == schema.entities.count)
            #expect(transaction.entities.allSatisfy { $0 != "" })
            #expect(transaction.entities[0] != nil && transaction.entities[1] != nil)
            #expect(transaction.features.count == schema.features.count)
            for (feature, value) in zip(schema.features, transaction.features) {
                switch (feature.kind, value) {
                case (.category, .text(let text)): #expect(!text.isEmpty)
                case (.logNumber, .number(let number)): #expect(number.isFinite && number >= 0)
                // A page on the internet is nowhere.
                case (.logNumber, .missing): #expect(transaction.features[1] == .text("online"))
                default: Issue.record("\(feature.name) is \(value)")
                }
            }
        }
    }

    @Test func usersHaveTheirOwnHabits() throws {
        let byUser = Dictionary(grouping: population.items, by: \.transaction.user)
        #expect(byUser.count == population.settings.users)
        let counts = byUser.values.map(\.count).sorted()
        #expect(counts[counts.count * 9 / 10] > 3 * counts[counts.count / 10])
        let medians = byUser.values.map { items in
            items.map(\.transaction.amount).sorted()[items.count / 2]
        }.sorted()
        #expect(medians[medians.count * 9 / 10] > 2 * medians[medians.count / 10])
        // Most of what a user does in shops is at few of the city's terminals.
        let busiest = try #require(byUser.values.max { $0.count < $1.count })
        let terminals = Dictionary(grouping: busiest, by: \.transaction.entities[0]).values.map(\.count).sorted(by: >)
        #expect(terminals.prefix(13).reduce(0, +) * 2 > busiest.count)
    }

    @Test func genuineUsersTravelAndReturnGoods() {
        let genuine = population.items.filter { $0.isFraud == false }.map(\.transaction)
        let away = genuine.filter { if case .number(let distance) = $0.features[3] { distance > 150 } else { false } }
        #expect((0.003...0.03).contains(Double(away.count) / Double(genuine.count)))
        let refunds = genuine.filter { $0.amount < 0 }
        #expect((0.002...0.012).contains(Double(refunds.count) / Double(genuine.count)))
        #expect(population.items.allSatisfy { $0.isFraud == false || $0.transaction.amount > 0 })
    }

    @Test func noUsersOrNoDaysGiveNothing() {
        var settings = SimulationSettings()
        settings.users = 0
        settings.days = 3
        #expect(SimulatedPopulation(settings).items.isEmpty)
        settings.users = 3
        settings.days = 0
        #expect(SimulatedPopulation(settings).items.isEmpty)
    }

    @Test(arguments: ["csv", "jsonl"])
    func filesReadBackTheSame(ending: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).\(ending)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let items = Array(population.items.prefix(500))
        let writer = try TransactionFileWriter(path: path, schema: Simulator.schema)
        for item in items { try writer.write(item.transaction, isFraud: item.isFraud) }
        try writer.close()
        let reader = try TransactionFile(path: path, schema: Simulator.schema).reader()
        for item in items {
            let read = try #require(try reader.next())
            #expect(read.transaction == item.transaction)
            #expect(read.isFraud == item.isFraud)
        }
        #expect(try reader.next() == nil)
    }
}
