import Foundation
import Pipeline
import Rules
import Sequences
import Simulation
import Transactions

/// Measures rules and aggregates on one thread, without the model.
struct RulesBenchmark {
    struct Report: Encodable {
        var rules: Int
        var velocities: Int
        var events: Int
        var users: Int
        /// Time of the one thread: taking the event into the aggregates of users and entities and evaluating every
        /// rule, without what the user's history takes anyway; the median of blocks, so that a busy host counts less.
        var nanosecondsPerEvent: Double
        var hitsPerEvent: Double
        /// Aggregates of a user, on average.
        var velocityBytesPerUser: Double
        /// Reading, checking, compiling and testing a file of 500 rules.
        var reloadMilliseconds: Double
    }

    /// Events whose entities' past is brought up to date together.
    private static let block = 512

    let events: Int

    func run() throws -> Report {
        let schema = Simulator.schema
        let rules = try RuleSet.load(text: RulesBenchmarkFile.text(rules: 50), schema: schema)
        let contributor = VelocityContributor(rules)
        var (transactions, owners, users) = simulated()
        var measurement = Measurement(evaluator: RuleEvaluator(rules))
        var entities = EntityReplay(schema: schema)
        // The first half fills windows and caches.
        let half = transactions.count / 2 / Self.block * Self.block
        for start in stride(from: 0, to: transactions.count, by: Self.block) {
            let block = start..<min(start + Self.block, transactions.count)
            measurement.begin()
            for index in block { entities.add(transactions[index], contributor: contributor) }
            measurement.pause()
            measurement.take(transactions[block], owners, &users, entities.ledger)
        }
        withExtendedLifetime(measurement) {}
        let blocks = measurement.nanoseconds.suffix(from: half / Self.block).sorted()
        let (eventCount, measured) = (transactions.count, transactions.count - half)
        let bytes = users.reduce(0) { $0 + $1.profile.aggregates.byteCount }
        let userCount = users.count
        transactions.removeAll()
        users.removeAll()
        return Report(
            rules: rules.rules.count, velocities: rules.velocityDeclarations.count, events: measured,
            users: userCount, nanosecondsPerEvent: blocks[blocks.count / 2],
            hitsPerEvent: Double(measurement.hits) / Double(eventCount),
            velocityBytesPerUser: Double(bytes) / Double(userCount),
            reloadMilliseconds: try reloadMilliseconds(schema))
    }

    private func simulated() -> (transactions: [Transaction], owners: [Int], users: [RuledUser]) {
        var simulator = Simulator()
        var (transactions, owners, users): ([Transaction], [Int], [RuledUser]) = ([], [], [])
        var numbers: [String: Int] = [:]
        while transactions.count < events, let item = simulator.next() {
            let number = numbers[item.transaction.user] ?? users.count
            if number == users.count {
                numbers[item.transaction.user] = number
                users.append(RuledUser())
            }
            transactions.append(item.transaction)
            owners.append(number)
        }
        return (transactions, owners, users)
    }

    /// The median of five.
    private func reloadMilliseconds(_ schema: TransactionSchema) throws -> Double {
        let text = RulesBenchmarkFile.text(rules: 500)
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in
            try clock.measure {
                let rules = try RuleSet.load(text: text, schema: schema)
                try RuleTester.check(rules, file: "the benchmark's rules")
                _ = RuleEvaluator(rules)
            } / .milliseconds(1)
        }
        return times.sorted()[2]
    }
}
