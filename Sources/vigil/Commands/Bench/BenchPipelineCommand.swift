import ArgumentParser
import Foundation
import Logging

/// `vigil bench pipeline`: the whole pipeline on this machine.
struct BenchPipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "Measures the whole pipeline on this machine: throughput, latency, memory.",
        discussion: """
            Starts an embedded broker, a throwaway PostgreSQL and 'vigil run', each a process of its own, and feeds them \
            made-up events: first as fast as the processor commits them, then at half that rate. Latency runs from the \
            event handed to the producer to its alert committed in PostgreSQL. A null consumer, which only reads and \
            commits offsets, gets the same events from the same producer first; a processor that stores and publishes \
            nothing gets them last, to show what the guarantee costs.
            """)

    @Option(help: "Events at full load.")
    var events = 1_000_000

    @Option(help: "Users the events are spread over, evenly at random.")
    var users = 20_000

    @Option(help: "Partitions of the input topics.")
    var partitions = 8

    @Option(help: "Days of event time that the events at full load span, as in a catch-up; 0: event time is now.")
    var days = 0.0

    @Option(help: ArgumentHelp("How long latency is measured.", valueName: "seconds"))
    var latencySeconds = 20.0

    @Option(help: "What the events are made up from.")
    var seed: UInt64 = 1

    @Option(help: "Model directory for the demo's schema; without it one of the default shape is made.")
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Another pipeline to run beside, as Tests/Peers/pipeline.py does; it is told by BENCH_ variables.",
            valueName: "command"))
    var peer: String?

    @Option(help: "Events for the other pipeline.")
    var peerEvents = 100_000

    @Option(name: .customLong("set"), help: "Any setting of 'vigil run' as key=value.")
    var settings: [String] = []

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1000...1_000_000_000).contains(events) else { throw ValidationError("--events must be 1000 or more") }
        guard (1...100_000_000).contains(users) else { throw ValidationError("--users must be 1 to 100000000") }
        guard (1...256).contains(partitions) else { throw ValidationError("--partitions must be 1 to 256") }
        guard (0...365).contains(days) else { throw ValidationError("--days must be 0 to 365") }
        guard (1...3600).contains(latencySeconds) else {
            throw ValidationError("--latency-seconds must be 1 to 3600")
        }
        guard (1000...100_000_000).contains(peerEvents) else {
            throw ValidationError("--peer-events must be 1000 or more")
        }
    }

    func run() async throws {
        let bench = PipelineBench(
            events: events, users: users, partitions: partitions, days: days, latencySeconds: latencySeconds,
            seed: seed, model: model, peer: peer, peerEvents: peerEvents, settings: settings)
        let report = try await blocking { try bench.run() }
        for line in Self.lines(report) { Terminal.say(line) }
        if output.json { try Terminal.json(report) }
    }

    private static func lines(_ report: PipelineBenchReport) -> [String] {
        func list(_ values: [String: Double]) -> String {
            values.sorted { $0.value > $1.value }.map { "\($0.key) \(String(format: "%.2f", $0.value))" }
                .joined(separator: ", ")
        }
        let latency = report.latencyMilliseconds
        var lines = [
            String(
                format: "%.0f events/s, null consumer %.0f (%.0f %%)", report.eventsPerSecond,
                report.nullConsumerEventsPerSecond, report.nullConsumerRatio * 100),
            String(
                format: "alert latency at %.0f events/s: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms",
                report.latencyEventsPerSecond, latency.p50, latency.p99, latency.p999),
            String(
                format: "without commits %.0f events/s: %.0f %% is left with them", report.uncommittedEventsPerSecond,
                report.guaranteeRatio * 100),
            "µs an event by stage: " + list(report.stageMicroseconds),
            "µs an event by process: " + list(report.processMicroseconds),
            "peak memory \(report.peakBytes >> 20) MiB; after each tenth "
                + report.residentBytes.map { "\($0 >> 20)" }.joined(separator: ", ") + " MiB",
        ]
        if let peer = report.peer {
            lines.append(String(format: "peer: %.0f events/s, ratio %.1f", peer.eventsPerSecond, peer.ratio))
        }
        return lines
    }
}
