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
        /// Processor time of the one thread: taking the event into the aggregates and evaluating every rule.
        var nanosecondsPerEvent: Double
        var hitsPerEvent: Double
        /// Aggregates of a user, on average.
        var velocityBytesPerUser: Double
        /// Reading, checking, compiling and testing a file of 500 rules.
        var reloadMilliseconds: Double
    }

    private struct User {
        var history = UserHistory(rawCount: 0, capacity: 64)
        var profile = UserProfile()
    }

    /// Users whose memory is waited for together.
    private static let group = 16

    let events: Int

    func run() throws -> Report {
        let schema = Simulator.schema
        let rules = try RuleSet.load(text: RulesBenchmarkFile.text(rules: 50), schema: schema)
        let contributor = VelocityContributor(rules)
        var (transactions, owners, users) = simulated()
        let evaluator = RuleEvaluator(rules)
        var entities = EntityReplay(schema: schema)
        var observations = RuleObservations()
        var hits = 0
        var touched: Int64 = 0
        var nanoseconds = 0.0
        // The first half fills windows and caches; blocks keep the clock's own cost out.
        for start in stride(from: 0, to: transactions.count, by: 512) {
            let block = start..<min(start + 512, transactions.count)
            for index in block { entities.add(transactions[index], contributor: contributor) }
            let ledger = entities.ledger
            let began = ThreadTime.nanoseconds()
            observations.removeAll()
            for index in block {
                // As the scorer does with its batches.
                if (index - block.lowerBound).isMultiple(of: Self.group) {
                    touched &+= touch(owners[index..<min(index + Self.group, block.upperBound)], users)
                }
                hits += Self.take(
                    transactions[index], number: index, of: &users[owners[index]], evaluator, ledger, &observations)
            }
            if start >= transactions.count / 2 { nanoseconds += Double(ThreadTime.nanoseconds() - began) }
        }
        let measured = transactions.count - transactions.count / 2 / 512 * 512
        withExtendedLifetime(touched) {}
        let bytes = users.reduce(0) { $0 + $1.profile.aggregates.byteCount }
        let userCount = users.count
        transactions.removeAll()
        users.removeAll()
        return Report(
            rules: rules.rules.count, velocities: rules.velocityDeclarations.count, events: measured,
            users: userCount, nanosecondsPerEvent: nanoseconds / Double(measured),
            hitsPerEvent: Double(hits) / Double(events), velocityBytesPerUser: Double(bytes) / Double(userCount),
            reloadMilliseconds: try reloadMilliseconds(schema))
    }

    /// Reads what will be needed of the next users; see `UserAggregates.touch`.
    private func touch(_ owners: ArraySlice<Int>, _ users: [User]) -> Int64 {
        var sum: Int64 = 0
        for owner in owners { sum &+= users[owner].profile.aggregates.touch() }
        for owner in owners {
            sum &+= users[owner].profile.aggregates.touchWindows()
            sum &+= Int64(truncatingIfNeeded: users[owner].history.touch())
        }
        return sum
    }

    /// Returns how many rules matched.
    private static func take(
        _ transaction: Transaction, number: Int, of user: inout User, _ evaluator: RuleEvaluator,
        _ ledger: EntityLedger, _ observations: inout RuleObservations
    ) -> Int {
        let time = user.history.effectiveTime(of: transaction.time)
        let row = evaluator.observe(
            transaction, at: time, history: user.history, profile: &user.profile, into: &observations)
        let outcome = evaluator.evaluate(
            transaction, modelScore: 0.02, lastDecision: user.profile.lastDecision, observations: observations,
            row: row, ledger: ledger)
        user.profile.lastDecision = outcome.forced ?? .allow
        user.history.append(
            raw: UnsafeBufferPointer(start: nil, count: 0), time: transaction.time,
            id: UInt64(truncatingIfNeeded: number), amount: transaction.amount)
        return outcome.hits.count
    }

    private func simulated() -> (transactions: [Transaction], owners: [Int], users: [User]) {
        var simulator = Simulator()
        var (transactions, owners, users): ([Transaction], [Int], [User]) = ([], [], [])
        var numbers: [String: Int] = [:]
        while transactions.count < events, let item = simulator.next() {
            let number = numbers[item.transaction.user] ?? users.count
            if number == users.count {
                numbers[item.transaction.user] = number
                users.append(User())
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
                guard RuleTester.run(rules).isEmpty else { throw Failure("the benchmark's own tests fail") }
                _ = RuleEvaluator(rules)
            } / .milliseconds(1)
        }
        return times.sorted()[2]
    }
}
