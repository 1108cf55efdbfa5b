import Foundation
import Postgres

/// Processor time used up to a moment, by what used it.
struct Snapshot {
    /// Seconds by name.
    struct Times {
        var seconds: [String: Double] = [:]

        /// What was used since an earlier moment, in microseconds an event.
        func microseconds(since earlier: Times, events: Int) -> [String: Double] {
            seconds.reduce(into: [:]) { result, entry in
                let used = (entry.value - (earlier.seconds[entry.key] ?? 0)) * 1e6 / Double(events)
                result[entry.key] = (used * 1000).rounded() / 1000
            }
        }
    }

    /// Stages of the processor, and its threads of librdkafka.
    var stages = Times()
    var processes = Times()

    init(_ stack: BenchStack, _ process: Process, _ metrics: ProcessorMetrics) throws {
        stages.seconds = try metrics.stageSeconds()
        let processor = ProcessUsage(of: process.processIdentifier)
        stages.seconds["librdkafka"] = processor.secondsByThread.filter { $0.key.hasPrefix("rdk:") }.values.reduce(0, +)
        processes.seconds["processor"] = processor.seconds
        processes.seconds["broker"] = ProcessUsage(of: stack.broker.processIdentifier).seconds
        let this = ProcessInfo.processInfo.processIdentifier
        processes.seconds["producer_and_watch"] = ProcessUsage(of: this).seconds
        processes.seconds["postgres"] = Self.postgresSeconds(stack, this, beside: process)
    }

    /// The server's processes; those that have ended meanwhile are lost, which only autovacuum's are.
    private static func postgresSeconds(_ stack: BenchStack, _ this: Int32, beside process: Process) -> Double {
        let known = [stack.broker.processIdentifier, process.processIdentifier]
        var seconds = 0.0
        var open = ProcessUsage.children(of: this).filter { child in
            !known.contains(child) && ProcessUsage.commandLine(of: child).contains(stack.server.directory)
        }
        while let process = open.popLast() {
            seconds += ProcessUsage(of: process).seconds
            open += ProcessUsage.children(of: process)
        }
        return seconds
    }
}
