import Kafka
import Synchronization
import Testing
import Transactions

@testable import Pipeline

/// Where the broker has the inputs' ends.
private final class Ends: Sendable {
    private let ends = Mutex<[TopicPartition: Int64]>([:])

    subscript(input: TopicPartition) -> Int64? {
        get { ends.withLock { $0[input] } }
        set { ends.withLock { $0[input] = newValue } }
    }

    func of(_ inputs: [TopicPartition]) -> [TopicPartition: Int64] {
        ends.withLock { $0.filter { inputs.contains($0.key) } }
    }
}

/// Two processors that tell each other what they complete, as instances do through the entities topic.
private final class Pair {
    private let ends = Ends()
    private var runs: [ProcessorRun] = []
    private let owners: [TopicPartition: Int]
    /// How many commits of each the other has heard of.
    private var heard = [0, 0]

    init(_ inputs: [TopicPartition]) throws {
        owners = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ($1, $0 % 2) })
        runs = try (0..<2).map { [ends] _ in
            try ProcessorRun(askEnds: { asked, inbox in inbox.sendNow(.ends(ends.of(asked))) })
        }
        for (number, run) in runs.enumerated() {
            run.inbox.sendNow(.inputs(inputs))
            let own = inputs.filter { owners[$0] == number }
            run.claim(own.map { .new($0) })
            for input in own {
                ends[input] = 0
                run.send(input, [], isLast: true)
            }
        }
    }

    /// Sends these events, the newest of their inputs, and waits until they are decided.
    func decide(_ feeds: [TopicPartition: [IncomingEvent]]) throws {
        for (input, events) in feeds { ends[input] = (events.last?.offset ?? -1) + 1 }
        for (input, events) in feeds { owner(of: input).send(input, events, isLast: true) }
        try wait("decided") {
            relay()
            return feeds.keys.allSatisfy { owner(of: $0).soFar.positions[$0] == ends[$0] }
        }
    }

    private func owner(of input: TopicPartition) -> ProcessorRun { runs[owners[input] ?? 0] }

    private func relay() {
        for number in runs.indices {
            let output = runs[number].soFar
            let units = output.units[heard[number]...]
            heard[number] = output.units.count
            let parts = ProcessorRun.Output(units: Array(units)).closedParts
            if !parts.isEmpty { runs[1 - number].inbox.sendNow(.remote(parts)) }
        }
    }

    func decisions() throws -> [String: Decision] {
        try runs.map { try $0.finish { _ in true }.decisions() }.reduce(into: [:]) { all, decisions in
            all.merge(decisions) { first, _ in first }
        }
    }
}

@Suite(.ownThread) struct InstancesTests {
    /// What an input at rest has gathered reaches the others before they go past it, whoever holds it: events come in
    /// bursts here, at whose ends everything rests.
    @Test(arguments: [31, 32] as [UInt64], [7, 40] as [Int64]) func restsDoNotMatter(seed: UInt64, bursts: Int64) throws
    {
        let feeds = Feeds.population(seed: seed, partitions: 4, disorder: false)
        let one = try ProcessorRun.decide(feeds).decisions()
        let pair = try Pair(feeds.keys.sorted())
        let length = 49 * EventTime.millisecondsPerHour / bursts
        for burst in 0...bursts {
            let span = Feeds.start + burst * length..<Feeds.start + (burst + 1) * length
            let part = feeds.mapValues { $0.filter { $0.moment.map { span.contains($0.milliseconds) } ?? false } }
            try pair.decide(part.filter { !$0.value.isEmpty })
        }
        let two = try pair.decisions()
        #expect(two == one && two.count == 1000)
    }
}
