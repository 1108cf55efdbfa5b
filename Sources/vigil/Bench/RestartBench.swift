import Foundation
import Kafka
import Postgres
import Scoring

/// `vigil bench restart`: a processor with many users is killed with -9, and another started in its place.
struct RestartBench {
    var users: Int
    var eventsPerUser: Int
    var partitions: Int
    /// Directory of a model for the demo's schema; nil makes one.
    var model: String?
    /// More settings for `vigil run`.
    var settings: [String]

    /// What was found; the command's JSON object.
    struct Report: Encodable {
        var users: Int
        var partitions: Int
        var events: Int
        /// Records of the sequences topic, and their bytes.
        var checkpoints: Int
        var checkpointBytes: Int
        /// From the start of the new process to its first decision seen committed, and to all that waited for it.
        var firstDecisionSeconds: Double
        var allDecisionsSeconds: Double
        /// The processor's own log of what it read back.
        var restored: String
    }

    /// Events that wait for the new process.
    private var waiting: Int { partitions * 16 }

    func run() throws -> Report {
        Terminal.say("Starting an embedded broker and a throwaway PostgreSQL")
        let stack = try BenchStack(partitions: partitions)
        defer { stack.stop() }
        let arguments = try processorArguments(stack)
        let producer = try LoadProducer(
            settings: stack.kafka, topic: BenchStack.transactions,
            generator: LoadGenerator(users: users, partitions: partitions, seed: 1), clock: .live)
        let watch = progressWatch(stack)
        defer { _ = watch.finish() }
        let bar = Progress("Users", total: 0)
        let first = try stack.start(arguments, log: "first")
        try producer.produce(users * eventsPerUser, eventsPerSecond: nil, watch: watch)
        try wait(for: first, stack, "first") { try watch.total() >= producer.total }
        try wait(for: first, stack, "first") { try unrestored(stack) == 0 }
        bar.finish("\(producer.total) events decided, every user in a checkpoint")
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        let (checkpoints, bytes) = try checkpoints(stack)
        let before = try watch.total()
        try producer.produce(waiting, eventsPerSecond: nil, watch: watch)

        let started = DispatchTime.now().uptimeNanoseconds
        let second = try stack.start(arguments, log: "second")
        try wait(for: second, stack, "second") { try watch.total() > before }
        let decided = seconds(since: started)
        try wait(for: second, stack, "second") { try watch.total() >= producer.total }
        return Report(
            users: users, partitions: partitions, events: producer.total, checkpoints: checkpoints,
            checkpointBytes: bytes, firstDecisionSeconds: decided, allDecisionsSeconds: seconds(since: started),
            restored: stack.lines(of: "second") { $0.contains("Checkpoints read") }.joined(separator: "\n"))
    }

    private func seconds(since start: UInt64) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    }

    private func processorArguments(_ stack: BenchStack) throws -> [String] {
        let path = stack.directory.appendingPathComponent("model").path
        if model == nil { try BenchModel.make().save(to: path) }
        let rules = stack.directory.appendingPathComponent("rules.yaml")
        try Data(BenchRules.yaml.utf8).write(to: rules)
        let key = stack.directory.appendingPathComponent("key")
        try Data("a bench's key is no secret".utf8).write(to: key)
        let chosen =
            [
                "postgres.host=\(stack.server.directory)", "postgres.port=\(stack.server.port)", "postgres.user=vigil",
                "postgres.database=vigil", "privacy.key_file=\(key.path)", "console.port=0", "decision.review=1",
                // Seldom: the embedded broker keeps 5 MiB of a partition and does not compact.
                "state.checkpoint_interval=20s",
            ] + settings
        return ["run", "--brokers", stack.kafka.bootstrapServers, "--model", model ?? path, "--rules", rules.path]
            + chosen.flatMap { ["--set", $0] }
    }

    private func wait(
        for process: Process, _ stack: BenchStack, _ log: String, until condition: () throws -> Bool
    ) throws {
        let deadline = Date(timeIntervalSinceNow: 300)
        while try !condition() {
            guard process.isRunning, Date() < deadline else {
                throw Failure("the \(log) process did not get there:\n\(stack.lastWords(of: log))")
            }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }

    private func progressWatch(_ stack: BenchStack) -> ProgressWatch {
        let settings = stack.server.settings
        return ProgressWatch(interval: 0.005) {
            let connection = try PostgresConnection(settings)
            return {
                [
                    try connection.executePrepared(
                        """
                        SELECT coalesce(sum(next_offset), 0)::bigint FROM vigil.stream_progress WHERE topic = $1
                        """, [.text(BenchStack.transactions)]
                    ).single()
                ]
            }
        }
    }

    /// Decided events that no checkpoint holds yet.
    private func unrestored(_ stack: BenchStack) throws -> Int64 {
        let connection = try PostgresConnection(stack.server.settings)
        defer { connection.close() }
        return try connection.execute(
            "SELECT sum(next_offset - restore_offset)::bigint FROM vigil.stream_progress WHERE topic = $1",
            [.text(BenchStack.transactions)]
        ).single()
    }

    private func checkpoints(_ stack: BenchStack) throws -> (records: Int, bytes: Int) {
        let consumer = try KafkaConsumer(settings: stack.kafka, logger: Terminal.quietLogger)
        defer { try? consumer.close() }
        var (starts, ends): ([TopicPartition: Int64], [TopicPartition: Int64]) = ([:], [:])
        for partition in try consumer.partitions(of: "sequences", timeoutMilliseconds: 10_000) {
            let range = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
            guard range.lowerBound == 0 else {
                throw Failure("the embedded broker dropped records of \(partition): take fewer --events-per-user")
            }
            guard !range.isEmpty else { continue }
            (starts[partition], ends[partition]) = (0, range.upperBound)
        }
        try consumer.assign(starts)
        var (records, bytes) = (0, 0)
        while !ends.isEmpty {
            for message in try consumer.poll(maximum: 10_000, timeoutMilliseconds: 1000) {
                records += 1
                bytes += message.value?.count ?? 0
                if message.offset + 1 >= ends[message.topicPartition] ?? .max { ends[message.topicPartition] = nil }
            }
        }
        return (records, bytes)
    }
}
