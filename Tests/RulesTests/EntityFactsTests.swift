import Rules
import Testing
import Transactions

@Suite struct EntityFactsTests {
    private static func event(
        _ id: String, hour: Int64, user: String = "u", terminal: String?, device: String? = nil
    ) -> Transaction {
        Transaction(
            id: id, user: user, time: EventTime(milliseconds: 1_533_081_600_000 + hour * 3_600_000), amount: 10,
            entities: [device, terminal])
    }

    /// The entity with risk is not the first of the schema.
    private static func bench() throws -> RuleBench {
        var schema = schema
        schema.entities.insert(.init(name: "device", field: "device", risk: false), at: 0)
        return RuleBench(
            try RuleSet.load(
                text: """
                    velocity:
                      n: {function: count, key: terminal, window: 12h}
                    rules:
                      - id: a
                        when: "true"
                        action: review
                        reason: "{entity.terminal.count_1d} {entity.terminal.count_30d} {velocity.n}"
                      - {id: b, when: "has(entity.terminal.count_1d)", action: review}
                    """, schema: schema))
    }

    @Test func aLateEventSeesEntitiesAsOfItsUsersNewestTime() throws {
        let bench = try Self.bench()
        func reason(_ event: Transaction) -> String? {
            bench.take(event, modelScore: 0, review: 1).hits.first?.reason
        }
        #expect(reason(Self.event("1", hour: 10, user: "v", terminal: "t")) == "0 0 0")
        #expect(reason(Self.event("2", hour: 12, terminal: "o")) == "0 0 0")
        // By its own time the terminal's first event would still lie ahead.
        #expect(reason(Self.event("3", hour: 9, terminal: "t")) == "1 1 1")
        #expect(reason(Self.event("4", hour: 9, user: "w", terminal: "t")) == "0 0 0")
    }

    @Test func anEntityThatTheEventDoesNotNameHasNoFigures() throws {
        let bench = try Self.bench()
        #expect(
            bench.take(Self.event("1", hour: 1, terminal: "t"), modelScore: 0, review: 1).hits.map(\.rule) == [
                "a", "b",
            ])
        let hits = bench.take(Self.event("2", hour: 2, terminal: nil, device: "d"), modelScore: 0, review: 1).hits
        #expect(hits.map(\.rule) == ["a"] && hits.first?.reason == "n/a n/a 0")
    }
}
