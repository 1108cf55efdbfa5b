import Rules
import Sequences
import Testing
import Transactions

/// What rules and aggregates do for hours on end: no allocation once a user's windows have grown to their size.
@Suite(.serialized) struct RuleSteadyStateTests {
    private static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
        entities: [.init(name: "terminal", field: "terminal", risk: true)],
        features: [
            .init(name: "distance", kind: .number, fields: ["distance"]),
            .init(name: "country", kind: .category, fields: ["country"]),
        ])

    private static let rules = """
        lists:
          risky: [NG, RU, VN]
        velocity:
          count_1h: {function: count, window: 1h}
          sum_1d: {function: sum, of: tx.amount, window: 1d}
          spread_7d: {function: stddev, of: tx.amount, window: 7d}
          small_10m: {function: count_if, when: tx.amount < 5.0, window: 10m}
          terminals_1d: {function: distinct, of: tx.terminal, window: 1d}
          last_country: {function: last, of: tx.country, window: 7d}
          since_large: {function: time_since, when: tx.amount > 200.0, window: 7d}
          users_at_terminal: {function: distinct, of: tx.user, key: terminal, window: 1d}
        rules:
          - {id: a, when: "velocity.count_1h > 90000 || velocity.sum_1d > 1.0e12", action: review}
          - {id: b, when: "tx.amount > 1.0e6 + 6.0 * velocity.spread_7d && user.events_seen > 20", action: review}
          - {id: c, when: "velocity.small_10m >= 90000 && velocity.terminals_1d >= 10", action: decline}
          - {id: d, when: "has(velocity.last_country) && velocity.last_country != 'DE'", action: review}
          - {id: e, when: "has(velocity.since_large) && velocity.since_large < -1.0", action: raise 0.1}
          - {id: f, when: "velocity.users_at_terminal > 400", action: raise 0.1}
          - {id: g, when: "tx.country in lists.risky && tx.distance > 0.0", action: review}
          - {id: h, when: "tx.terminal.matches('^z-(00|99)[0-9]*7$')", action: review}
          - {id: i, when: "entity.terminal.fraud_share_7d > 0.2 && entity.terminal.count_7d > 20", action: review}
          - {id: j, when: "user.last_decision == 'decline' || tx.terminal.startsWith('q')", action: review}
          - {id: k, when: "user.average_amount * 1.0e6 < tx.amount && now.getHours() < 5", action: review}

        """

    private func event(_ number: Int) -> Transaction {
        Transaction(
            id: "x\(number)", user: "u", time: EventTime(milliseconds: 1_533_166_200_000 + Int64(number) * 97_000),
            amount: Double(number % 37) * 9, entities: ["terminal \(number % 7)"],
            features: [.number(1), .text("DE")])
    }

    /// Nor what entities gain in an open bucket, once each of them has been seen in it.
    @Test(.enabled(if: !_isDebugAssertConfiguration()))
    func nothingIsAllocatedAnEventForEntities() throws {
        let contributor = VelocityContributor(try RuleSet.load(text: Self.rules, schema: Self.schema))
        var accumulator = BucketAccumulator(schema: Self.schema)
        var allocations = 0
        for number in 0..<2000 {
            var event = event(number)
            event.time = EventTime(milliseconds: 1_533_166_200_000 + Int64(number))
            let count = AllocationCount.during { _ = accumulator.add(event, contributor: contributor) }
            if number >= 100 { allocations += count }
        }
        #expect(accumulator.open?.aggregates.count == 7)
        #expect(allocations == 0, "\(allocations) allocations in 1900 events")
    }

    /// Only where the compiler optimises: elsewhere it puts on the heap what it keeps on the stack here.
    @Test(.enabled(if: !_isDebugAssertConfiguration()))
    func nothingIsAllocatedAnEvent() throws {
        let rules = try RuleSet.load(text: Self.rules, schema: Self.schema)
        let evaluator = RuleEvaluator(rules)
        let reader = EntityRiskReader(schema: Self.schema)
        let contributor = VelocityContributor(rules)
        var entities = EntityReplay(schema: Self.schema)
        var (profile, observations) = (UserProfile(), RuleObservations())
        var history = UserHistory(rawCount: 0, capacity: 8)
        var (allocations, hits) = (0, 0)
        // Nine days fill the longest window; the queues of it have turned over by twice that.
        for number in 0..<20_000 {
            let event = event(number)
            entities.add(event, contributor: contributor)
            let ledger = entities.ledger
            let risks = reader.risks(event, at: event.time, ledger: ledger)
            let count = AllocationCount.during {
                observations.removeAll()
                let row = evaluator.observe(
                    event, at: event.time, history: history, profile: &profile, risks: risks, into: &observations)
                let outcome = evaluator.evaluate(
                    event, modelScore: 0.1, lastDecision: .allow, observations: observations, row: row,
                    ledger: ledger)
                hits += outcome.hits.count
            }
            if number >= 16_000 { allocations += count }
            history.append(
                raw: UnsafeBufferPointer(start: nil, count: 0), time: event.time, id: UInt64(number),
                amount: event.amount)
        }
        #expect(hits == 0)
        #expect(allocations == 0, "\(allocations) allocations in 4000 events")
    }
}
