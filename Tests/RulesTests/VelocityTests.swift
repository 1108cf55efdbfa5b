import Rules
import Sequences
import Testing
import Transactions

@Suite struct VelocityTests {
    private static let minute: Int64 = 60_000

    /// A rule's reason that prints what is asked for, always matched.
    private static func file(_ velocity: String, _ reason: String) -> String {
        "velocity:\n\(velocity)\nrules:\n  - {id: a, when: \"true\", action: review, reason: \"\(reason)\"}\n"
    }

    private static func event(
        _ number: Int, at milliseconds: Int64, user: String = "u", amount: Double = 10, terminal: String? = "t",
        country: String = "DE"
    ) -> Transaction {
        Transaction(
            id: "x\(number)", user: user, time: EventTime(milliseconds: milliseconds), amount: amount,
            entities: [terminal], features: [.number(1), .text(country)])
    }

    @Test func aggregatesThatAgreeInAllButTheFunctionShareTheirState() throws {
        func bytes(_ velocity: String) throws -> Int {
            try RuleSet.load(text: Self.file(velocity, "x"), schema: schema).velocityBytesPerUser
        }
        let count = "  n: {function: count, window: 1h}\n"
        let mean = "  m: {function: mean, of: tx.amount, window: 1h}\n"
        let one = try bytes(count)
        #expect(try one > 0 && bytes(count + "  s: {function: sum, of: tx.amount, window: 1h}\n") == one)
        #expect(try bytes(mean + "  d: {function: stddev, of: tx.amount, window: 1h}\n") == one)
        #expect(try bytes(count + mean) == 2 * one)
        #expect(try bytes(count + "  o: {function: count_if, when: tx.amount > 1.0, window: 1h}\n") == 2 * one)
        #expect(try bytes(count + "  t: {function: sum, of: tx.distance, window: 1h}\n") == 2 * one)
        #expect(try bytes(count + "  e: {function: count, key: terminal, window: 1h}\n") == one)
    }

    /// Random events against a plain recount of every window.
    @Test(arguments: [UInt64(1), 2, 3])
    func windowsEqualARecount(seed: UInt64) throws {
        let rules = try RuleSet.load(
            text: Self.file(
                """
                  n: {function: count, window: 10m, bucket: 1m}
                  large: {function: count_if, when: tx.amount > 50.0, window: 10m, bucket: 1m}
                  s: {function: sum, of: tx.amount, window: 10m, bucket: 1m}
                  low: {function: min, of: tx.amount, window: 10m, bucket: 1m}
                  high: {function: max, of: tx.amount, window: 10m, bucket: 1m}
                  m: {function: mean, of: tx.amount, window: 10m, bucket: 1m}
                  sd: {function: stddev, of: tx.amount, window: 10m, bucket: 1m}
                  d: {function: distinct, of: tx.country, window: 10m, bucket: 1m}
                  l: {function: last, of: tx.country, window: 10m, bucket: 1m}
                  since: {function: time_since, when: tx.amount > 50.0, window: 10m, bucket: 1m}
                """,
                "{velocity.n} {velocity.large} {velocity.s} {velocity.low} {velocity.high} {velocity.m} {velocity.sd} {velocity.d} {velocity.l} {velocity.since}"
            ), schema: schema)
        let bench = RuleBench(rules)
        var random = SeededGenerator(state: seed)
        var past: [Transaction] = []
        var time: Int64 = 1_500_000_000_123
        for number in 0..<600 {
            // Bursts, pauses longer than the window, and now and then an event that is late.
            time += [0, 1000, 30_000, 100_000, 900_000].randomElement(using: &random) ?? 0
            let late: Int64 = Int.random(in: 0..<10, using: &random) == 0 ? -200_000 : 0
            let amount = Double(Int.random(in: 1...400, using: &random)) / 4
            let country = ["DE", "FR", "US", "BR", "IN"].randomElement(using: &random) ?? ""
            let event = Self.event(number, at: time + late, amount: amount, country: country)
            let now = max(past.last?.time.milliseconds ?? 0, time + late)
            let before = past.filter { now - $0.time.milliseconds < 10 * Self.minute }
            past.append(Self.event(number, at: now, amount: amount, country: country))
            let start = ((now - 10 * Self.minute + 1) / Self.minute) * Self.minute
            let window = past.filter { $0.time.milliseconds >= start }
            let amounts = window.map(\.amount)
            let mean = amounts.reduce(0, +) / Double(amounts.count)
            let spread = (amounts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(amounts.count)).squareRoot()
            func place(_ transaction: Transaction) -> String {
                if case .text(let text) = transaction.features[1] { text } else { "" }
            }
            let since = before.last { $0.amount > 50 }.map { Double(now - $0.time.milliseconds) / 1000 }
            let words = bench.take(event, modelScore: 0, review: 1).hits[0].reason.split(separator: " ").map(
                String.init)
            #expect(words[0] == "\(window.count)" && words[1] == "\(amounts.count { $0 > 50 })")
            for (word, wanted) in zip(
                words[2...6], [amounts.reduce(0, +), amounts.min() ?? 0, amounts.max() ?? 0, mean, spread])
            {
                #expect(abs((Double(word) ?? .nan) - wanted) < 2e-4, "\(word) \(wanted)")
            }
            #expect(words[7] == "\(Set(window.map(place)).count)")
            #expect(words[8] == (before.last.map(place) ?? "n/a"))
            #expect(Double(words[9]) == since || (since == nil && words[9] == "n/a"))
        }
    }

    /// What was checkpointed and read back goes on with the same bits, also when aggregates have come and gone.
    @Test func stateSurvivesACheckpoint() throws {
        func rules(_ more: String) throws -> RuleSet {
            try RuleSet.load(
                text: Self.file(
                    "  s: {function: sum, of: tx.amount / 3.0, window: 1h, bucket: 1m}\n"
                        + "  d: {function: distinct, of: tx.id, window: 1h, bucket: 1m}\n"
                        + "  l: {function: last, of: tx.country, window: 1h}\n" + more, "{velocity.s}"), schema: schema)
        }
        let (first, second) = (try rules(""), try rules("  z: {function: count, window: 5m}\n"))
        let ledger = EntityLedger(schema: schema)
        var history = UserHistory(rawCount: 0, capacity: 4)
        var (kept, restored) = (UserProfile(), UserProfile())
        var (one, other) = (RuleEvaluator(first), RuleEvaluator(first))
        for number in 0..<400 {
            let event = Self.event(number, at: 1_000_000 + Int64(number) * 41_000, amount: 0.1 + Double(number % 7))
            if number % 37 == 5 { restored = try UserProfile(decoding: restored.encoded()) }
            if number == 200 { (one, other) = (RuleEvaluator(second), RuleEvaluator(second)) }
            var rows = RuleObservations()
            let risks = EntityRiskReader(schema: schema).risks(event, at: event.time, ledger: ledger)
            let row = one.observe(event, at: event.time, history: history, profile: &kept, risks: risks, into: &rows)
            let again = other.observe(
                event, at: event.time, history: history, profile: &restored, risks: risks, into: &rows)
            let reasons = [row, again].map {
                one.evaluate(
                    event, modelScore: 0, lastDecision: nil, observations: rows, row: $0, ledger: ledger
                ).hits[0].reason
            }
            #expect(reasons[0] == reasons[1])
            #expect(kept.encoded() == restored.encoded())
            history.append(raw: .init(start: nil, count: 0), time: event.time, id: UInt64(number), amount: event.amount)
        }
        let bytes = kept.encoded()
        for length in 0..<bytes.count {
            #expect(throws: StateFault.self) { try UserProfile(decoding: Array(bytes[..<length])) }
        }
    }

    /// As a double, the largest whole number is one that no Int64 holds.
    @Test(arguments: [("9223372036854775807", "n/a"), ("-9223372036854775808", "-9223372036854775808"), ("7", "7")])
    func theLastWholeNumberIsThatNumberOrAbsent(value: String, expected: String) throws {
        let rules = try RuleSet.load(
            text: Self.file("  l: {function: last, of: \(value), window: 1h}", "{velocity.l}"), schema: schema)
        let bench = RuleBench(rules)
        for number in 0..<2 {
            let hits = bench.take(Self.event(number, at: Int64(number) * 1000), modelScore: 0, review: 1).hits
            if number == 1 { #expect(hits[0].reason == expected) }
        }
    }

    @Test func manyElementsAreCountedWithinAFewPercent() throws {
        let rules = try RuleSet.load(
            text: Self.file("  d: {function: distinct, of: tx.country, window: 1d, bucket: 1h}", "{velocity.d}"),
            schema: schema)
        let bench = RuleBench(rules)
        for number in 0..<6000 {
            let event = Self.event(number, at: Int64(number) * 28_800, country: "c\(number)")
            let count = Int(bench.take(event, modelScore: 0, review: 1).hits[0].reason) ?? 0
            // 3000 events a day, in windows that begin with an hour.
            let wanted = min(number + 1, 3000 + (number * 288 % 36_000) / 288)
            if number < 128 { #expect(count == wanted) }
            #expect(abs(count - wanted) <= max(1, wanted / 8), "\(number): \(count), \(wanted)")
        }
    }

    /// Entities count whole hours that are over, the same in whatever order the partitions' parts come in.
    @Test func entitiesCountCompletedHoursFromAllPartitions() throws {
        let text = Self.file(
            """
              cards: {function: distinct, of: tx.user, key: terminal, window: 3h}
              taken: {function: sum, of: tx.amount, key: terminal, window: 3h}
              top: {function: max, of: tx.amount, key: terminal, window: 3h}
              where: {function: last, of: tx.country, key: terminal, window: 3h}
            """, "{velocity.cards} {velocity.taken} {velocity.top} {velocity.where}")
        let rules = try RuleSet.load(text: text, schema: schema)
        let contributor = try #require(VelocityContributor(rules))
        let hour: Int64 = 3_600_000
        var parts: [EntityBucketPart] = []
        for partition in 0..<3 {
            var accumulator = BucketAccumulator(schema: schema)
            for index in 0..<40 {
                let event = Self.event(
                    index, at: 100 * hour + Int64(index) * hour / 8, user: "u\(partition)-\(index % 5)",
                    amount: 0.1 * Double(index + partition), country: "c\(index)-\(partition)")
                if let part = accumulator.add(event, contributor: contributor) { parts.append(part) }
            }
            if let part = accumulator.close() { parts.append(part) }
        }
        parts = try parts.map { try EntityBucketPart(decoding: $0.encoded()) }
        func reading(_ parts: [EntityBucketPart], at hours: Double) -> String {
            var ledger = EntityLedger(schema: schema)
            for (source, part) in parts.enumerated() { ledger.apply(part, source: UInt32(source)) }
            let evaluator = RuleEvaluator(rules)
            let event = Self.event(999, at: Int64(hours * Double(hour)), amount: 1e6)
            return evaluate(event, by: evaluator, score: 0, ledger: ledger).hits[0].reason
        }
        // At 104:30 the hours 101, 102 and 103 count: events 8 to 31 of each partition.
        let wanted = (8..<32).flatMap { index in (0..<3).map { 0.1 * Double(index + $0) } }.reduce(0, +)
        let found = reading(parts, at: 104.5).split(separator: " ")
        #expect(found[0] == "15" && abs((Double(found[1]) ?? 0) - wanted) < 1e-3 && found[2] == "3.3")
        #expect(found[3] == "c31-2")
        var random = SeededGenerator(state: 5)
        for _ in 0..<20 { #expect(reading(parts.shuffled(using: &random), at: 104.5) == reading(parts, at: 104.5)) }
        #expect(reading(parts, at: 120) == "0 0 n/a n/a")
    }

    /// What conditions see of terminals, random events long, is what a plain count over the buckets that are over gives.
    @Test(arguments: [(Int64(1), UInt64(1)), (5, 2), (15, 3)])
    func entityWindowsEqualARecountInTheSchemasBuckets(minutes: Int64, seed: UInt64) throws {
        var schema = schema
        schema.entityBucketMilliseconds = minutes * Self.minute
        let text = Self.file(
            """
              n: {function: count, key: terminal, window: \(2 * minutes)m}
              s: {function: sum, of: tx.amount, key: terminal, window: 1h}
              d: {function: distinct, of: tx.user, key: terminal, window: 30m, bucket: \(minutes)m}
              w: {function: count, key: terminal, window: 30d}
            """, "{velocity.n} {velocity.s} {velocity.d} {velocity.w}")
        let rules = try RuleSet.load(text: text, schema: schema)
        let (contributor, evaluator) = (VelocityContributor(rules), RuleEvaluator(rules))
        var entities = EntityReplay(schema: schema)
        var random = SeededGenerator(state: seed)
        var past: [Transaction] = []
        var time: Int64 = 1_500_000_000_123
        for number in 0..<1500 {
            time += [0, 1000, 20_000, 100_000, 900_000].randomElement(using: &random) ?? 0
            let event = Self.event(
                number, at: time, user: "u\(Int.random(in: 0..<9, using: &random))",
                amount: Double(Int.random(in: 1...400, using: &random)) / 4,
                terminal: "t\(Int.random(in: 0..<3, using: &random))")
            entities.add(event, contributor: contributor)
            let end = time / (minutes * Self.minute) * minutes * Self.minute
            func over(_ window: Int64) -> [Transaction] {
                past.filter {
                    $0.entities == event.entities && $0.time.milliseconds < end
                        && $0.time.milliseconds >= end - window * Self.minute
                }
            }
            past.append(event)
            let outcome = evaluate(event, by: evaluator, score: 0, ledger: entities.ledger)
            let words = outcome.hits[0].reason.split(separator: " ").map(String.init)
            #expect(words[0] == "\(over(2 * minutes).count)" && words[3] == "\(over(30 * 1440).count)")
            #expect(Double(words[1]) == over(60).reduce(0) { $0 + $1.amount })
            #expect(words[2] == "\(Set(over(30).map(\.user)).count)")
        }
    }

    @Test(arguments: [
        ("{function: sum, window: 1h}", "needs 'of'"),
        ("{function: count, of: tx.amount, window: 1h}", "takes no 'of'"),
        ("{function: count_if, window: 1h}", "needs 'when'"), ("{function: count, window: 10s}", "from 1m to 30d"),
        ("{function: count, window: 31d}", "from 1m to 30d"), ("{function: count, window: 1h, bucket: 7m}", "divides"),
        ("{function: median, of: tx.amount, window: 1h}", "unknown function 'median'"),
        ("{function: sum, of: tx.country, window: 1h}", "this is a string"),
        ("{function: sum, of: tx.amuont, window: 1h}", "did you mean 'tx.amount'?"),
        ("{function: sum, of: score, window: 1h}", "score"),
        ("{function: count, key: terminl, window: 1h}", "'terminal'"),
        ("{function: count, key: terminal, window: 90m}", "the schema's buckets of 1h"),
        ("{function: count, key: terminal, window: 10m}", "declare a smaller entity_bucket"),
        ("{function: count, key: terminal, window: 1d, bucket: 5m}", "the schema's entity_bucket, 1h"),
        ("{function: count, windw: 1h}", "did you mean 'window'?"),
    ])
    func badDeclarationsAreRefused(velocity: String, message: String) {
        do {
            _ = try RuleSet.load(text: Self.file("  v: \(velocity)", "x"), schema: schema)
            Issue.record("\(velocity) was taken")
        } catch {
            #expect(error.diagnostics.contains { $0.message.contains(message) && $0.line == 2 }, "\(error)")
        }
    }

    @Test func anUnknownFunctionIsToldOnce() {
        let error = #expect(throws: RuleSetError.self) {
            try RuleSet.load(text: Self.file("  v: {function: median, of: tx.amount, window: 1h}", "x"), schema: schema)
        }
        #expect(error?.diagnostics.count { $0.line == 2 } == 1)
    }
}
