import Foundation
import Kafka
import Postgres
import Rules
import Sequences
import Testing
import Transactions

@testable import Pipeline

@Suite(.ownThread) struct RuleReloadTests {
    private static func rules(_ id: String) -> String {
        "velocity:\n  n: {function: count, window: 30d}\nrules:\n"
            + "  - {id: \(id), when: \"true\", action: review, reason: \"{velocity.n}\"}\n"
    }

    /// A watcher on a thread of its own, and the rules it hands over.
    private final class Watch {
        let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
        private let stopping = StopFlag()
        private let ended = Latch()
        private(set) var taken: [RuleSet] = []

        init(_ current: RuleSet, _ origin: RuleOrigin, _ postgres: PostgresSettings) {
            Thread { [inbox, stopping, ended] in
                RuleWatcher(
                    current,
                    loader: RuleLoader(
                        origin: origin, schema: SmallModel.schema, postgres: postgres, logger: .quiet),
                    inbox: inbox, intervalMilliseconds: 5, stopping: stopping, metrics: PipelineMetrics(),
                    logger: .quiet
                ).run()
                ended.open()
            }.start()
        }

        func collect(until count: Int) throws {
            try wait("rules taken up") {
                for case .rules(let rules) in inbox.receiveAll(timeout: 0.01) { taken.append(rules) }
                return taken.count >= count
            }
        }

        func stop() {
            stopping.stop(within: 0)
            #expect(ended.wait(timeout: 600))
        }
    }

    private func insert(_ yaml: String, _ connection: PostgresConnection) throws -> Int64 {
        let rows = try connection.execute(
            "INSERT INTO vigil.rule_sets (yaml) VALUES ($1) RETURNING id", [.text(yaml)])
        return try #require(rows.first).value("id")
    }

    private func status(_ id: Int64, _ connection: PostgresConnection) throws -> (status: String, why: String?) {
        let row = try #require(
            try connection.execute(
                "SELECT status, coalesce(rules_hash, diagnostics) AS why FROM vigil.rule_sets WHERE id = $1",
                [.int64(id)]
            ).first)
        return (try row.value("status"), try row.value("why"))
    }

    /// A new row is taken up once it is compiled and its own tests pass; a bad one is refused with its diagnostics.
    @Test func aNewRowIsTakenUpAndABadOneRefused() throws {
        let database = try TestDatabase()
        let connection = try database.connect()
        let first = try insert(Self.rules("first"), connection)
        let watch = Watch(.empty(schema: SmallModel.schema), .table("default"), database.settings)
        defer { watch.stop() }
        try watch.collect(until: 1)
        let taken = try status(first, connection)
        #expect(taken.status == "in_force" && taken.why == watch.taken[0].hash)

        let tests = "tests:\n  - {name: t, events: [{amount: 1}], expect: {decision: "
        let bad = try insert(Self.rules("bad").replacing("\"true\"", with: "tx.nothing"), connection)
        try wait("refused") { try status(bad, connection).status == "refused" }
        #expect(try status(bad, connection).why?.contains("nothing") == true)
        let failing = try insert(Self.rules("failing") + tests + "allow}}\n", connection)
        try wait("refused") { try status(failing, connection).status == "refused" }
        #expect(try status(failing, connection).why?.contains("allow") == true)
        _ = try insert(Self.rules("second") + tests + "review}}\n", connection)
        try watch.collect(until: 2)
        #expect(watch.taken.map { $0.rules.map(\.id) } == [["first"], ["second"]])
    }

    /// Elements that come and go are taken up; a table that cannot be read is waited for and no fault of the rules.
    @Test func aListsTableIsFollowedAndWaitedFor() throws {
        let database = try TestDatabase()
        let connection = try database.connect()
        try connection.run(script: "ALTER TABLE vigil.rule_lists RENAME TO elsewhere")
        let row = try insert(
            "lists:\n  hot: {table: hot}\nrules:\n"
                + "  - {id: hot, when: tx.terminal in lists.hot, action: review}\n", connection)
        let watch = Watch(.empty(schema: SmallModel.schema), .table("default"), database.settings)
        defer { watch.stop() }
        // The server has seen it try, more than once.
        try wait("rows looked at") {
            try database.number(
                "SELECT coalesce(sum(xact_rollback), 0)::bigint FROM pg_stat_database WHERE datname = current_database()"
            )
                >= 2
        }
        #expect(try status(row, connection).status == "new")
        try connection.run(script: "ALTER TABLE vigil.elsewhere RENAME TO rule_lists")
        try watch.collect(until: 1)
        #expect(watch.taken[0].lists.map(\.elements) == [[]])
        try connection.run(script: "INSERT INTO vigil.rule_lists (list, value) VALUES ('hot', 't1'), ('cold', 't2')")
        try watch.collect(until: 2)
        #expect(watch.taken[1].lists.map(\.elements) == [["t1"]])
        #expect(try status(row, connection).status == "in_force")
    }

    /// The row in force stays so while its list makes it fail its own tests: no older one takes its place, in a
    /// process that starts then neither; mended, it goes on.
    @Test func aListThatSpoilsTheRowInForceBringsNoOlderOneBack() throws {
        let database = try TestDatabase()
        let connection = try database.connect()
        _ = try insert(Self.rules("old"), connection)
        let watch = Watch(.empty(schema: SmallModel.schema), .table("default"), database.settings)
        defer { watch.stop() }
        try watch.collect(until: 1)
        let row = try insert(
            "lists:\n  hot: {table: hot}\n"
                + Self.rules("new").replacing("\"true\"", with: "\"!(tx.terminal in lists.hot)\"")
                + "tests:\n  - {name: t, events: [{amount: 1, terminal: t1}], expect: {decision: review}}\n",
            connection)
        try watch.collect(until: 2)
        #expect(watch.taken[1].rules.map(\.id) == ["new"])
        func loader() -> RuleLoader {
            RuleLoader(
                origin: .table("default"), schema: SmallModel.schema, postgres: database.settings, logger: .quiet)
        }
        try connection.run(script: "INSERT INTO vigil.rule_lists (list, value) VALUES ('hot', 't1')")
        #expect(throws: RuleSetError.self) { try loader().load() }
        #expect(try status(row, connection).status == "in_force")
        try connection.run(script: "DELETE FROM vigil.rule_lists")
        #expect(try loader().load().rules.map(\.id) == ["new"])
    }

    /// Tools see the row in force, or the one that decided; those still to be looked at only where there is no other.
    @Test func toolsReadTheRowInForce() throws {
        let database = try TestDatabase()
        let connection = try database.connect()
        func rules(_ hash: String? = nil) throws -> [String] {
            try RuleOrigin.table("default").rules(
                schema: SmallModel.schema, postgres: database.settings, logger: .quiet, decidedUnder: hash
            ).rules.map(\.id)
        }
        #expect(throws: RuleLoader.Refusal.self) { try rules() }
        _ = try insert(Self.rules("first"), connection)
        #expect(try rules() == ["first"])
        let loader = RuleLoader(
            origin: .table("default"), schema: SmallModel.schema, postgres: database.settings, logger: .quiet)
        let first = try loader.load().hash
        _ = try insert(Self.rules("second"), connection)
        #expect(try rules() == ["first"])
        _ = try loader.load()
        #expect(try rules() == ["second"] && rules(first) == ["first"])
        _ = try insert(Self.rules("bad").replacing("\"true\"", with: "tx.nothing"), connection)
        _ = try loader.load()
        #expect(try rules() == ["second"])
    }

    /// Many rule sets one after the other: no event is lost or decided twice, none by parts of two sets, and the sets'
    /// order is that of the offsets.
    @Test func noEventIsDecidedByHalfARuleSet() throws {
        let feeds = Feeds.population(seed: 9, partitions: 2, disorder: false)
        func set(_ number: Int) throws -> RuleSet {
            // Two rules that only belong together: a mixture would show.
            try RuleSet.load(
                text: "rules:\n  - {id: a\(number), when: \"true\", action: raise 0.001}\n"
                    + "  - {id: b\(number), when: \"true\", action: review}\n", schema: SmallModel.schema)
        }
        let sets = try (0..<10).map(set)
        let run = try ProcessorRun(
            rules: "rules:\n  - {id: a0, when: \"true\", action: raise 0.001}\n"
                + "  - {id: b0, when: \"true\", action: review}\n")
        run.claim(feeds.keys.sorted().map { .new($0) })
        // Slices of five hours; once all inputs have sent one, all before it can be decided.
        func slice(_ event: IncomingEvent) -> Int {
            switch event.payload {
            case .transaction(let transaction): Int((transaction.time.milliseconds - Feeds.start) / 18_000_000)
            case .label(let label): Int((label.knownAt.milliseconds - Feeds.start) / 18_000_000)
            case .fault, .taken: 0
            }
        }
        var decidable = 0
        for round in 0..<10 {
            var sent = 0
            for (input, events) in feeds {
                let part = events.filter { slice($0) == round }
                run.send(input, part, isLast: round == 9)
                sent += input == Feeds.labels ? 0 : part.count
            }
            try wait("what lies before is decided") { run.soFar.alerts.count >= decidable }
            decidable += sent
            run.inbox.sendNow(.rules(sets[min(round + 1, 9)]))
        }
        let output = try run.finish { $0.reached(feeds) }
        let numbers = Dictionary(uniqueKeysWithValues: sets.enumerated().map { ($1.hash, $0) })
        for alert in output.alerts {
            let number = try #require(numbers[alert.rulesHash])
            #expect(Set(alert.decision.hits.map(\.rule)) == ["a\(number)", "b\(number)"])
        }
        #expect(Set(output.alerts.map(\.rulesHash)).count >= 9)
        for (input, events) in feeds {
            let counts = output.counts(of: input)
            #expect(counts.total == Int64(events.count))
            let order = output.alerts.filter { $0.source.input == input }.sorted { $0.source.offset < $1.source.offset }
                .compactMap { numbers[$0.rulesHash] }
            #expect(order == order.sorted())
            #expect(input == Feeds.labels || Int64(order.count) == counts.scored)
        }
    }

    /// Every event is decided once, whole by one set or the other, in their order; aggregates go on.
    @Test func rulesChangeBetweenBatchesAndNothingIsLost() throws {
        let feeds = Feeds.population(seed: 5, partitions: 2, disorder: false)
        let undisturbed = try ProcessorRun.decide(feeds, rules: Self.rules("old"))
        let new = try RuleSet.load(text: Self.rules("new"), schema: SmallModel.schema)
        let output = try ProcessorRun(rules: Self.rules("old")).decide(feeds, reloading: new, seed: 3)
        let before = undisturbed.decisions().mapValues(\.hits[0].reason)
        #expect(output.decisions().mapValues(\.hits[0].reason) == before)
        for alert in output.alerts {
            #expect(alert.decision.hits.map(\.rule) == [alert.rulesHash == new.hash ? "new" : "old"])
        }
        for input in feeds.keys {
            let order = output.alerts.filter { $0.source.input == input }.sorted { $0.source.offset < $1.source.offset }
                .map { $0.rulesHash == new.hash }
            #expect(order == order.sorted { !$0 && $1 })
        }
        #expect(Set(output.alerts.map(\.rulesHash)).count == 2)
    }

    /// Of what is let through, that is kept which a rule matched, whatever it asked for.
    @Test func whatRulesLetThroughIsKept() throws {
        let run = try ProcessorRun(
            rules: """
                rules:
                  - {id: all, when: "true", action: review}
                  - {id: known, when: tx.amount > 50.0, action: allow, priority: 1, reason: "{tx.amount}"}
                  - {id: quiet, when: "true", action: allow, state: shadow}
                """)
        let input = Feeds.input(0)
        run.claim([.new(input)])
        run.send(
            input, Feeds.events([Feeds.transaction("a", amount: 60), Feeds.transaction("b", amount: 40)]),
            isLast: true)
        let output = try run.finish { $0.positions[input] == 2 }
        let kept = output.units.flatMap(\.allowed)
        #expect(kept.map(\.transaction.id) == ["a"] && output.alerts.map(\.transaction.id) == ["b"])
        #expect(kept[0].decision.decidedBy == "known" && kept[0].decision.disposition == .allow)
        #expect(kept[0].decision.hits.map(\.rule).sorted() == ["all", "known", "quiet"])
        let shadow = try ProcessorRun.decide(
            [input: Feeds.events([Feeds.transaction("a")])],
            rules: "rules:\n  - {id: quiet, when: \"true\", action: review, state: shadow}\n")
        #expect(shadow.units.flatMap(\.allowed).isEmpty && shadow.units.flatMap(\.shadowHits).count == 1)
    }

    /// A breaker may come with a reload: it must find the day as it would have counted it.
    @Test func aDayIsCountedWithoutBreakersToo() throws {
        let feeds = Feeds.population(seed: 6, partitions: 2, disorder: false)
        func days(_ breakers: String) throws -> [TopicPartition: CircuitBreaker.Days] {
            let rules = """
                rules:
                  - {id: r, when: "tx.amount > 60.0", action: decline}
                \(breakers)
                """
            let steps = try ProcessorRun.decide(feeds, rules: rules).units.flatMap(\.steps)
            return Dictionary(steps.filter { $0.input != Feeds.labels }.map { ($0.input, $0.days) }) { $1 }
        }
        let days = (without: try days(""), with: try days("breakers:\n  decline: {daily_share: 1, after: 0}"))
        #expect(days.without == days.with)
        for day in days.without.values.map(\.newest) {
            let declined = day.decided[.decline] ?? 0
            #expect(declined > 0 && declined < day.events)
        }
    }

    /// A file that changes is taken up; an unsound one, or one whose tests fail, is not.
    @Test func aChangedFileIsTakenUpAndABadOneRefused() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        try write(Self.rules("first"))
        let stopping = StopFlag()
        let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
        let current = try RuleSet.load(path: path, schema: SmallModel.schema)
        let ended = Latch()
        Thread {
            RuleWatcher(
                current,
                loader: RuleLoader(
                    origin: .file(path), schema: SmallModel.schema, postgres: .init(host: "nowhere"), logger: .quiet),
                inbox: inbox, intervalMilliseconds: 5, stopping: stopping, metrics: PipelineMetrics(), logger: .quiet
            ).run()
            ended.open()
        }.start()
        var taken: [[String]] = []
        func collect(until count: Int) throws {
            try wait("rules taken up") {
                for case .rules(let rules) in inbox.receiveAll(timeout: 0.01) { taken.append(rules.rules.map(\.id)) }
                return taken.count >= count
            }
        }
        try write(Self.rules("second"))
        try collect(until: 1)
        try write(Self.rules("bad").replacing("\"true\"", with: "tx.nothing"))
        try write(Self.rules("failing") + "tests:\n  - {name: t, events: [{amount: 1}], expect: {decision: allow}}\n")
        try write(Self.rules("third"))
        try collect(until: 2)
        stopping.stop(within: 0)
        #expect(ended.wait(timeout: 600))
        #expect(taken == [["second"], ["third"]])
    }

    /// A file refused for want of a list is looked at again when the list comes.
    @Test func theListsOfARefusedFileAreWatchedToo() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).yaml").path
        let list = path + ".list"
        defer { for file in [path, list] { try? FileManager.default.removeItem(atPath: file) } }
        func write(_ text: String, _ path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        let loader = RuleLoader(
            origin: .file(path), schema: SmallModel.schema, postgres: .init(host: "nowhere"), logger: .quiet)
        try write(Self.rules("first"), path)
        let current = try loader.load()
        try write("lists: {hot: {file: '\(list)'}}\n" + Self.rules("second"), path)
        #expect(throws: RuleSetError.self) { try loader.load() }
        let seen = try loader.fingerprint(current)
        try write("t1\n", list)
        #expect(try loader.fingerprint(current) != seen)
        #expect(try loader.load().lists.map(\.elements) == [["t1"]])
    }
}
