import Foundation
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

    /// Every event is decided once, whole by one set or the other, in their order; aggregates go on.
    @Test func rulesChangeBetweenBatchesAndNothingIsLost() throws {
        let feeds = Feeds.population(seed: 5, partitions: 2, disorder: false)
        let undisturbed = try ProcessorRun.decide(feeds, rules: Self.rules("old"))
        let run = try ProcessorRun(rules: Self.rules("old"))
        run.claim(feeds.keys.sorted().map { .new($0) })
        let new = try RuleSet.load(text: Self.rules("new"), schema: SmallModel.schema)
        let half = feeds.mapValues { Array($0.prefix($0.count / 2)) }
        for batch in Feeds.shuffled(half, seed: 3) { run.send(batch.input, batch.events) }
        try wait("half decided") { run.soFar.alerts.count > 200 }
        run.inbox.sendNow(.rules(new))
        for (input, events) in feeds { run.send(input, Array(events.dropFirst(events.count / 2)), isLast: true) }
        let output = try run.finish { $0.reached(feeds) }
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
            try wait(within: 20, "rules taken up") {
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
        #expect(ended.wait(timeout: 10))
        #expect(taken == [["second"], ["third"]])
    }
}
