import Testing
import Transactions

@testable import Simulation

/// How much fraud there is, of what kinds, and that it leaves traces other than its amount.
struct FraudTests {
    private let population = SimulatedPopulation.shared

    private func transactions(_ scenario: FraudScenario) -> [Transaction] {
        zip(population.items, population.scenarios).filter { $1 == scenario }.map(\.0.transaction)
    }

    @Test func aboutOneInAHundredIsFraud() {
        let frauds = population.items.filter { $0.isFraud == true }.count
        #expect((0.007...0.014).contains(Double(frauds) / Double(population.items.count)))
        #expect(zip(population.items, population.scenarios).allSatisfy { $0.isFraud == ($1 != nil) })
    }

    @Test(arguments: FraudScenario.allCases)
    func everyScenarioHasItsShare(scenario: FraudScenario) {
        let frauds = population.scenarios.compactMap(\.self)
        let share = Double(frauds.filter { $0 == scenario }.count) / Double(frauds.count)
        #expect((0.1...0.5).contains(share))
    }

    @Test func stolenCardsAreUsedFarAwayWithinHours() {
        for burst in Dictionary(grouping: transactions(.stolenCard), by: \.user).values {
            for transaction in burst {
                guard case .number(let distance) = transaction.features[3] else {
                    Issue.record("a stolen card on the internet")
                    continue
                }
                #expect(distance > 150)
            }
            // Twelve purchases, at most 0.7 hours between two.
            let days = Set(burst.map { Int($0.time.days) })
            #expect(burst.count >= 2 && days.count <= 2 * ((burst.count + 3) / 4))
        }
    }

    @Test func takenOverAccountsAreUsedFromADeviceTheUserNeverHad() {
        let genuine = population.items.filter { $0.isFraud == false }.map(\.transaction)
        let known = Dictionary(grouping: genuine, by: \.user).mapValues { Set($0.compactMap { $0.entities[2] }) }
        for transaction in transactions(.accountTakeover) + transactions(.cardTesting) {
            #expect(transaction.features[1] == .text("online"))
            #expect(transaction.entities[2].map { known[transaction.user]?.contains($0) == true } == false)
        }
    }

    @Test func cardsAreTestedWithTinyAmounts() {
        let amounts = transactions(.cardTesting).map(\.amount)
        let tiny = Double(amounts.filter { $0 <= 3 }.count) / Double(amounts.count)
        #expect((0.65...0.95).contains(tiny))
    }

    /// While a terminal is compromised, about half of what passes is fraud, for no more than twelve days.
    @Test func compromisedTerminalsAreSoForDays() {
        var genuine = 0
        var fraud = 0
        let byTerminal = Dictionary(grouping: zip(population.items, population.scenarios)) {
            $0.0.transaction.entities[0]
        }
        for passed in byTerminal.values {
            let times = passed.filter { $1 == .compromisedTerminal }.map(\.0.transaction.time)
            guard let first = times.min(), let last = times.max() else { continue }
            #expect(last.days - first.days <= 12)
            for (item, scenario) in passed where item.transaction.time >= first && item.transaction.time <= last {
                if scenario == nil { genuine += 1 } else { fraud += 1 }
            }
        }
        #expect(fraud > 20)
        #expect((0.4...0.75).contains(Double(fraud) / Double(genuine + fraud)))
    }

    /// The amount says something, and far from enough.
    @Test func amountAloneIsAPoorScore() {
        let ranked = population.items.sorted { $0.transaction.amount < $1.transaction.amount }
        let ranks = ranked.indices.filter { ranked[$0].isFraud == true }
        let frauds = Double(ranks.count)
        let genuine = Double(ranked.count) - frauds
        let area = (ranks.reduce(0) { $0 + Double($1) } - frauds * (frauds - 1) / 2) / (frauds * genuine)
        #expect((0.55...0.9).contains(area))
    }
}
