import Kafka
import Rules
import Sequences
import Testing
import Transactions

@testable import Pipeline

/// From when on events count in aggregates that come and go with reloads.
@Suite(.ownThread) struct AggregateReloadTests {
    private static let input = Feeds.input(0)
    private static let without = "rules:\n  - {id: none, when: \"true\", action: review}\n"

    /// Rules whose reason is the aggregate's value.
    private static func rules(_ aggregate: String) -> String {
        "velocity:\n  v: \(aggregate)\nrules:\n  - {id: all, when: \"true\", action: review, reason: \"{velocity.v}\"}\n"
    }

    private func reload(_ text: String, _ run: ProcessorRun) throws {
        run.inbox.sendNow(.rules(try RuleSet.load(text: text, schema: SmallModel.schema)))
    }

    /// Sends so many of the events and waits until they are decided.
    private func pass(_ range: Range<Int>, of events: [IncomingEvent], to run: ProcessorRun) throws {
        run.send(Self.input, Array(events[range]), isLast: true)
        try wait("decided") { run.soFar.positions[Self.input] == Int64(range.upperBound) }
    }

    /// Aggregates of users and entities that came with a reload have not counted what came before it; nor do they after a
    /// crash that makes the processor take in again what was decided under the former rules.
    @Test(arguments: [DeterminismTests.Restart.newest, .older, .unmoved, .nothing])
    func aCrashAfterAReloadDoesNotMatter(_ restart: DeterminismTests.Restart) throws {
        let feeds = Feeds.population(seed: 8, partitions: 2, disorder: true)
        let new = try RuleSet.load(text: ProcessorRun.flagAll, schema: SmallModel.schema)
        let undisturbed = try ProcessorRun(rules: Self.without, checkpointIntervalMilliseconds: 400)
            .decide(feeds, reloading: new, seed: 4)
        // The crash: nothing after the first commit under the new rules has happened.
        var before = ProcessorRun.Output()
        for unit in undisturbed.units where !before.alerts.contains(where: { $0.rulesHash == new.hash }) {
            before.units.append(unit)
            for step in unit.steps { before.positions[step.input] = step.to }
        }
        let after = try restart.finish(feeds, after: before, rules: ProcessorRun.flagAll)
        #expect(before.alerts.count > 200 && after.alerts.count > 200)
        let expected = undisturbed.decisions()
        for (id, decision) in after.decisions() { #expect(decision == expected[id]) }
    }

    /// What goes with one reload and comes back with another begins empty.
    @Test func anAggregateThatComesBackBeginsEmpty() throws {
        let rules = Self.rules("{function: count, window: 30d}")
        let events = Feeds.events((0..<3).map { Feeds.transaction("t\($0)", at: Int64($0) * 1000) })
        let run = try ProcessorRun(rules: rules)
        run.claim([.new(Self.input)])
        try pass(0..<1, of: events, to: run)
        try pass(1..<2, of: events, to: run)
        for text in [Self.without, rules] { try reload(text, run) }
        try pass(2..<3, of: events, to: run)
        let output = try run.finish { $0.positions[Self.input] == 3 }
        #expect(output.alerts.map { $0.decision.hits[0].reason } == ["1", "2", "1"])
    }

    /// Of entities too, as far as its bucket is still open; and a crash after it came back changes nothing.
    @Test(arguments: [true, false])
    func anEntitysAggregateThatComesBackLeavesNothingInTheOpenBucket(isDisturbed: Bool) throws {
        let rules = Self.rules("{function: count, key: terminal, window: 1d}")
        // Five in the first hour, the last of them after it came back; one more an hour later.
        let events = Feeds.events(
            (0..<6).map { Feeds.transaction("t\($0)", at: $0 < 5 ? Int64($0) * 1000 : 3_600_000) })
        let run = try ProcessorRun(rules: rules, checkpointIntervalMilliseconds: 400)
        run.claim([.new(Self.input)])
        try pass(0..<3, of: events, to: run)
        try wait("a checkpoint") { run.soFar.units.contains { !$0.checkpoints.isEmpty } }
        try reload(Self.without, run)
        try pass(3..<4, of: events, to: run)
        try reload(rules, run)
        try pass(4..<5, of: events, to: run)
        var output = run.soFar
        if isDisturbed {
            // Of its checkpoints the first: that holds what was counted before the aggregate went.
            let first = try #require(output.units.flatMap(\.checkpoints).first).offset
            for place in output.units.indices { output.units[place].checkpoints.removeAll { $0.offset != first } }
            let restart = DeterminismTests.Restart.newest
            let claim = try restart.claim(of: Self.input, after: output)
            #expect(claim.restored.open?.part?.aggregates.count == 1 && claim.nextOffset == 5)
            output = try restart.finish([Self.input: events], after: output, rules: rules)
        } else {
            try pass(5..<6, of: events, to: run)
            output = try run.finish { $0.positions[Self.input] == 6 }
        }
        #expect(output.alerts.last?.decision.hits.map(\.reason) == ["1"])
    }
}
