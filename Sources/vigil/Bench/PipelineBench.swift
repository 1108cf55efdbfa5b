import Foundation
import Kafka
import Postgres
import Scoring
import Simulation

/// The phases of `vigil bench pipeline`: a null consumer, the processor at full load, the processor at half of that,
/// and another pipeline where one is named. Each reads the same events from a topic of its own, one phase after the other.
struct PipelineBench {
    var events: Int
    var users: Int
    var partitions: Int
    /// Days of event time over which the events of full load are spread; 0: event time is the clock's.
    var days: Double
    var latencySeconds: Double
    var seed: UInt64
    /// Directory of a model; nil makes one.
    var model: String?
    /// A shell command that runs another pipeline beside ours.
    var peer: String?
    var peerEvents: Int
    /// More settings for `vigil run`.
    var settings: [String]

    func run() throws -> PipelineBenchReport {
        Terminal.say("Starting an embedded broker and a throwaway PostgreSQL")
        let stack = try BenchStack(partitions: partitions)
        defer { stack.stop() }
        let modelPath = try model ?? makeModel(in: stack.directory)
        let null = try measureNullConsumer(stack)
        return try measure(stack, model: modelPath, nullEventsPerSecond: null)
    }

    private func makeModel(in directory: URL) throws -> String {
        let bar = Progress("Model", total: 0)
        let path = directory.appendingPathComponent("model").path
        try BenchModel.make().save(to: path)
        bar.finish("of the default shape, one epoch on a small simulation")
        return path
    }

    private var generator: LoadGenerator { LoadGenerator(users: users, partitions: partitions, seed: seed) }

    private func producer(_ stack: BenchStack, _ topic: String, count: Int) throws -> LoadProducer {
        try LoadProducer(
            settings: stack.kafka, topic: topic, generator: generator,
            clock: days > 0 ? .stepping(days * 86_400_000 / Double(count)) : .live)
    }

    /// A first event for every partition, so that joining the group and connecting are not in the figures.
    private func warmUp(
        _ producer: LoadProducer, _ watch: ProgressWatch, of process: Process, _ stack: BenchStack, log: String
    ) throws {
        try producer.produce(partitions * 16, eventsPerSecond: nil, watch: watch)
        try waitForCommits(producer, watch, of: process, stack, log: log)
    }

    private func waitForCommits(
        _ producer: LoadProducer, _ watch: ProgressWatch, of process: Process, _ stack: BenchStack, log: String
    ) throws {
        let deadline = Date(timeIntervalSinceNow: 120)
        while try watch.total() < producer.total {
            guard process.isRunning, Date() < deadline else {
                throw Failure("\(log) did not commit everything:\n\(stack.lastWords(of: log))")
            }
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    private func measureNullConsumer(_ stack: BenchStack) throws -> Double {
        let bar = Progress("Null consumer", total: 0)
        let process = try stack.start(
            [
                "bench", "null-consumer", "--brokers", stack.kafka.bootstrapServers, "--topic", BenchStack.nullTopic,
                "--group", "null",
            ], log: "null consumer")
        defer { stack.end(process) }
        let watch = try kafkaWatch(stack, group: "null", topic: BenchStack.nullTopic)
        defer { _ = watch.finish() }
        let producer = try producer(stack, BenchStack.nullTopic, count: events)
        try warmUp(producer, watch, of: process, stack, log: "null consumer")
        let started = DispatchTime.now()
        try producer.produce(events, eventsPerSecond: nil, watch: watch)
        try waitForCommits(producer, watch, of: process, stack, log: "null consumer")
        let rate = Double(events) / secondsSince(started)
        bar.finish("\(Int(rate)) events/s")
        return rate
    }

    private func measure(_ stack: BenchStack, model: String, nullEventsPerSecond: Double) throws -> PipelineBenchReport
    {
        let log = "vigil run"
        let port = try FreePort.find()
        let process = try stack.start(["run"] + processorArguments(stack, model: model, port: port), log: log)
        defer { stack.end(process) }
        let producer = try producer(stack, BenchStack.transactions, count: events)
        let watch = try progressWatch(stack, interval: 0.02)
        try warmUp(producer, watch, of: process, stack, log: log)

        let bar = Progress("Processor", total: events)
        let metrics = ProcessorMetrics(port: port)
        let before = try Snapshot(stack, process, metrics)
        let started = DispatchTime.now()
        var resident: [Int] = []
        for part in 1...10 {
            try producer.produce(
                events * part / 10 - events * (part - 1) / 10, eventsPerSecond: nil, watch: watch)
            resident.append(ProcessUsage(of: process.processIdentifier).residentBytes)
            bar.update(events * part / 10)
        }
        try waitForCommits(producer, watch, of: process, stack, log: log)
        let seconds = secondsSince(started)
        _ = watch.finish()
        let after = try Snapshot(stack, process, metrics)
        let rate = Double(events) / seconds
        bar.finish("\(Int(rate)) events/s")

        let latency = try measureLatency(producer, of: process, stack, log: log, eventsPerSecond: rate / 2)
        let alerts = try alertCount(stack)
        let flagged = producer.handed.reduce(0) { $0 + $1.flagged.count }
        guard alerts == flagged else { throw Failure("\(flagged) alerts expected, \(alerts) found") }
        let peak = ProcessUsage(of: process.processIdentifier).peakBytes
        stack.end(process)
        let uncommitted = try measureUncommitted(stack, model: model)
        let peerFigures = try peer.map { try measurePeer($0, stack, model: model, ours: rate) }
        return PipelineBenchReport(
            events: events, users: users, partitions: partitions, eventsPerSecond: rate,
            nullConsumerEventsPerSecond: nullEventsPerSecond, nullConsumerRatio: rate / nullEventsPerSecond,
            uncommittedEventsPerSecond: uncommitted, guaranteeRatio: rate / uncommitted, alerts: alerts,
            latencyEventsPerSecond: rate / 2, latencySeconds: latencySeconds,
            latencyMilliseconds: .init(latency.alerts), eventLatencyMilliseconds: .init(latency.events),
            stageMicroseconds: after.stages.microseconds(since: before.stages, events: events),
            processMicroseconds: after.processes.microseconds(since: before.processes, events: events),
            peakBytes: peak, residentBytes: resident, peer: peerFigures)
    }

    private func measureLatency(
        _ producer: LoadProducer, of process: Process, _ stack: BenchStack, log: String, eventsPerSecond: Double
    ) throws -> (alerts: [Double], events: [Double]) {
        let bar = Progress("Latency", total: 0)
        let firsts = producer.handed.map(\.nanoseconds.count)
        let watch = try progressWatch(stack, interval: 0.001)
        try producer.produce(
            Int(eventsPerSecond * latencySeconds), eventsPerSecond: eventsPerSecond, watch: watch)
        try waitForCommits(producer, watch, of: process, stack, log: log)
        let latency = LatencySamples(sightings: watch.finish(), handed: producer.handed, from: firsts)
        let percentiles = PipelineBenchReport.Percentiles(latency.alerts)
        bar.finish("at \(Int(eventsPerSecond)) events/s: p50 \(percentiles.p50) ms, p99 \(percentiles.p99) ms")
        return (latency.alerts, latency.events)
    }

    private func measurePeer(
        _ command: String, _ stack: BenchStack, model: String, ours: Double
    ) throws -> PipelineBenchReport.Peer {
        let bar = Progress("Peer", total: peerEvents)
        let environment = [
            "BENCH_BROKERS": stack.kafka.bootstrapServers, "BENCH_TOPIC": BenchStack.peerTopic,
            "BENCH_REVIEW_TOPIC": BenchStack.reviewOfPeer, "BENCH_GROUP": "peer", "BENCH_MODEL": model,
            "BENCH_POSTGRES":
                "host=\(stack.server.directory) port=\(stack.server.port) user=vigil dbname=vigil",
            "BENCH_FLAGGED_AMOUNT": String(LoadGenerator.flaggedAmount),
        ]
        let process = try stack.start(shell: command, environment: environment, log: "peer")
        defer { stack.end(process) }
        let watch = try kafkaWatch(stack, group: "peer", topic: BenchStack.peerTopic)
        defer { _ = watch.finish() }
        let producer = try producer(stack, BenchStack.peerTopic, count: peerEvents)
        try warmUp(producer, watch, of: process, stack, log: "peer")
        let started = DispatchTime.now()
        try producer.produce(peerEvents, eventsPerSecond: nil, watch: watch)
        try waitForCommits(producer, watch, of: process, stack, log: "peer")
        let rate = Double(peerEvents) / secondsSince(started)
        bar.finish("\(Int(rate)) events/s")
        let connection = try PostgresConnection(stack.server.settings)
        defer { connection.close() }
        return PipelineBenchReport.Peer(
            events: peerEvents, eventsPerSecond: rate, ratio: ours / rate,
            alerts: try connection.execute("SELECT count(*) FROM peer_alerts").single(),
            peakBytes: ProcessUsage(of: process.processIdentifier).peakBytes)
    }

    /// What the guarantee costs: the same events through the same processor with nothing made true.
    private func measureUncommitted(_ stack: BenchStack, model: String) throws -> Double {
        let bar = Progress("Without commits", total: 0)
        let log = "uncommitted run"
        let path = stack.directory.appendingPathComponent("progress").path
        let file = try ProgressFile(writing: path)
        let topics = [
            "topics.transactions=\(BenchStack.uncommitted)", "topics.sequences=\(BenchStack.sequencesOfUncommitted)",
            "topics.entities=\(BenchStack.entitiesOfUncommitted)", "kafka.group=uncommitted",
        ].flatMap { ["--set", $0] }
        let process = try stack.start(
            ["bench", "uncommitted-run"] + processorArguments(stack, model: model, port: FreePort.find()) + topics
                + ["--progress-file", path, "--progress-topic", BenchStack.uncommitted],
            log: log)
        defer { stack.end(process) }
        let partitions = partitions
        let watch = ProgressWatch(interval: 0.01) { { file.offsets(partitions: partitions) } }
        defer { _ = watch.finish() }
        let producer = try producer(stack, BenchStack.uncommitted, count: events)
        try warmUp(producer, watch, of: process, stack, log: log)
        let started = DispatchTime.now()
        try producer.produce(events, eventsPerSecond: nil, watch: watch)
        try waitForCommits(producer, watch, of: process, stack, log: log)
        let rate = Double(events) / secondsSince(started)
        bar.finish("\(Int(rate)) events/s")
        return rate
    }

    /// What follows the command's name.
    private func processorArguments(_ stack: BenchStack, model: String, port: Int) throws -> [String] {
        let rules = stack.directory.appendingPathComponent("rules.yaml")
        try Data(BenchRules.yaml.utf8).write(to: rules)
        let chosen =
            [
                "postgres.host=\(stack.server.directory)", "postgres.port=\(stack.server.port)",
                "postgres.user=vigil", "postgres.database=vigil", "privacy.user_ids=pseudonym",
                "console.port=\(port)", "decision.review=1",
            ] + settings
        let key = stack.directory.appendingPathComponent("key")
        try Data("a bench's key is no secret".utf8).write(to: key)
        return ["--brokers", stack.kafka.bootstrapServers, "--model", model, "--rules", rules.path]
            + (chosen + ["privacy.key_file=\(key.path)"]).flatMap { ["--set", $0] }
    }

    private func alertCount(_ stack: BenchStack) throws -> Int64 {
        let connection = try PostgresConnection(stack.server.settings)
        defer { connection.close() }
        return try connection.execute("SELECT count(*) FROM vigil.alerts").single()
    }

    /// How far the processor has committed, from PostgreSQL: an alert's row becomes visible with its offset.
    private func progressWatch(_ stack: BenchStack, interval: Double) throws -> ProgressWatch {
        let settings = stack.server.settings
        let partitions = partitions
        return ProgressWatch(interval: interval) {
            let connection = try PostgresConnection(settings)
            return {
                let rows = try connection.executePrepared(
                    "SELECT partition, next_offset FROM vigil.stream_progress WHERE topic = $1",
                    [.text(BenchStack.transactions)])
                var offsets = [Int64](repeating: 0, count: partitions)
                for row in rows {
                    offsets[Int(try row.value("partition", as: Int32.self))] = try row.value("next_offset")
                }
                return offsets
            }
        }
    }

    private func kafkaWatch(_ stack: BenchStack, group: String, topic: String) throws -> ProgressWatch {
        let consumer = try KafkaConsumer(settings: stack.kafka, groupID: group, logger: Terminal.quietLogger)
        let all = (0..<partitions).map { TopicPartition(topic: topic, partition: Int32($0)) }
        return ProgressWatch(interval: 0.005) {
            {
                let committed = try consumer.committed(all, timeoutMilliseconds: 5000)
                return all.map { max(0, committed[$0] ?? 0) }
            }
        }
    }

    private func secondsSince(_ start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    }
}
