import Pipeline
import Rules
import Sequences
import Simulation
import Transactions

extension RulesBenchmark {
    struct RuledUser {
        var history = UserHistory(rawCount: 0, capacity: 64)
        var profile = UserProfile()
    }

    /// Takes blocks of events, timing what rules and aggregates cost of them.
    struct Measurement {
        /// Users whose memory is waited for together: as many as in the scorer.
        private static let group = 16

        let evaluator: RuleEvaluator
        private let reader = EntityRiskReader(schema: Simulator.schema)
        var hits = 0
        /// Of each block, an event.
        private(set) var nanoseconds: [Double] = []
        private var blockNanoseconds = 0.0
        private var began = ContinuousClock.now
        private var observations = RuleObservations()
        private var touched: UInt64 = 0

        init(evaluator: RuleEvaluator) { self.evaluator = evaluator }

        /// Begins a block with what its entities take.
        mutating func begin() {
            blockNanoseconds = 0
            began = ContinuousClock.now
        }

        mutating func pause() { blockNanoseconds += (ContinuousClock.now - began) / .nanoseconds(1) }

        /// Takes a block's events.
        mutating func take(
            _ transactions: ArraySlice<Transaction>, _ owners: [Int], _ users: inout [RuledUser],
            _ ledger: EntityLedger
        ) {
            // What the encoder reads of a batch before rules do.
            let risks = transactions.map { reader.risks($0, at: $0.time, ledger: ledger) }
            let first = transactions.startIndex
            var next = first
            while next < transactions.endIndex {
                let group = owners[next..<min(next + Self.group, transactions.endIndex)]
                let end = group.indices.first { group[..<$0].contains(group[$0]) } ?? group.endIndex
                // The model needs the histories anyway.
                for owner in group[..<end] { touched &+= users[owner].history.touch() }
                began = ContinuousClock.now
                users.withUnsafeMutableBufferPointer { users in
                    take(transactions[next..<end], risks[next - first..<end - first], group[..<end], users, ledger)
                }
                pause()
                // The history is kept for the model; rules only read it.
                for index in next..<end {
                    users[owners[index]].history.append(
                        raw: UnsafeBufferPointer(start: nil, count: 0), time: transactions[index].time,
                        id: UInt64(index), amount: transactions[index].amount)
                }
                next = end
            }
            nanoseconds.append(blockNanoseconds / Double(transactions.count))
        }

        /// Takes events of different users.
        private mutating func take(
            _ transactions: ArraySlice<Transaction>, _ risks: ArraySlice<[EntityRisk?]>, _ owners: ArraySlice<Int>,
            _ users: UnsafeMutableBufferPointer<RuledUser>, _ ledger: EntityLedger
        ) {
            observations.removeAll()
            for owner in owners { touched &+= UInt64(bitPattern: users[owner].profile.aggregates.touch()) }
            for owner in owners { touched &+= UInt64(bitPattern: users[owner].profile.aggregates.touchWindows()) }
            transactions.withUnsafeBufferPointer { transactions in
                risks.withUnsafeBufferPointer { risks in
                    for (place, owner) in owners.enumerated() {
                        let count = take(transactions[place], risks[place], of: &users[owner], ledger)
                        hits += count
                    }
                }
            }
        }

        /// Returns how many rules matched.
        @inline(__always)
        private mutating func take(
            _ transaction: Transaction, _ risks: [EntityRisk?], of user: inout RuledUser, _ ledger: EntityLedger
        ) -> Int {
            let row = evaluator.observe(
                transaction, at: user.history.effectiveTime(of: transaction.time), history: user.history,
                profile: &user.profile, risks: risks, into: &observations)
            let outcome = evaluator.evaluate(
                transaction, modelScore: 0.02, lastDecision: user.profile.lastDecision, observations: observations,
                row: row, ledger: ledger)
            user.profile.lastDecision = outcome.forced ?? .allow
            return outcome.hits.count
        }
    }
}
