import Foundation
import Scoring
import Testing
import Transactions
import Transformer

@testable import Pipeline

@Suite(.ownThread) struct ModelReloadTests {
    private static func model(seed: UInt64) throws -> Model {
        let known = try SmallModel.shared.get()
        return try Model(
            configuration: known.configuration,
            parameters: Parameters(TensorTable(known.configuration), seed: seed), encoder: known.encoder, threshold: 1)
    }

    /// Another model in the directory is handed over once; a broken one is not, and the watch goes on.
    @Test func aChangedDirectoryIsTakenUpAndABrokenOneLeft() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "model-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let models = try (1...3).map { try Self.model(seed: $0) }
        try models[0].save(to: directory.path)
        let stopping = StopFlag()
        let inbox = BoundedQueue<ProcessorMessage>(capacity: .max)
        let watcher = ModelWatcher(
            path: directory.path, adapter: nil, intervalMilliseconds: 5, inbox: inbox, stopping: stopping,
            logger: .quiet)
        let (hash, ended) = (models[0].hash, Latch())
        Task(executorPreference: .ownThread) {
            await watcher.run(from: hash)
            ended.open()
        }
        var taken: [String] = []
        func collect(until count: Int) throws {
            try wait("model taken up") {
                for case .model(let model) in inbox.receiveAll(timeout: 0.01) { taken.append(model.hash) }
                return taken.count >= count
            }
        }
        try models[1].save(to: directory.path)
        try collect(until: 1)
        try Data("{".utf8).write(to: directory.appending(path: Model.File.configuration.rawValue), options: .atomic)
        try models[2].save(to: directory.path)
        try collect(until: 2)
        stopping.stop(within: 0)
        #expect(ended.wait(timeout: 600))
        #expect(taken == models.dropFirst().map(\.hash))
    }

    /// A model put in between two batches decides from the next event on: every event once, by one model or the other.
    @Test func modelsChangeBetweenBatches() throws {
        let rules = "rules:\n  - {id: all, when: \"true\", action: review}\n"
        let feeds = Feeds.population(seed: 5, partitions: 2, disorder: false)
        let run = try ProcessorRun(rules: rules)
        run.claim(feeds.keys.sorted().map { .new($0) })
        let half = feeds.mapValues { Array($0.prefix($0.count / 2)) }
        for batch in Feeds.shuffled(half, seed: 3) { run.send(batch.input, batch.events) }
        try wait("half decided") { run.soFar.alerts.count > 200 }
        let new = try Self.model(seed: 9)
        run.inbox.sendNow(.model(new))
        for (input, events) in feeds { run.send(input, Array(events.dropFirst(events.count / 2)), isLast: true) }
        let output = try run.finish { $0.reached(feeds) }
        let expected = try ProcessorRun.decide(feeds, rules: rules)
        #expect(Set(output.alerts.map(\.id)) == Set(expected.alerts.map(\.id)))
        #expect(output.alerts.count == expected.alerts.count)
        let old = try SmallModel.shared.get().hash
        // Labels have inputs of their own, which alert of nothing.
        for input in Set(expected.alerts.map(\.source.input)) {
            let order = output.alerts.filter { $0.source.input == input }.sorted { $0.source.offset < $1.source.offset }
            #expect(Set(order.map(\.modelHash)) == [old, new.hash])
            #expect(
                order.map { $0.modelHash == new.hash } == order.map { $0.modelHash == new.hash }.sorted { !$0 && $1 })
        }
    }
}
