import Foundation

/// What `vigil bench scoring` prints.
struct ScoringBenchReport: Encodable {
    /// The middle and the hundredth-worst of the batches.
    struct Quantiles: Encodable {
        var p50: Double
        var p99: Double
    }

    /// Of the middle batch, in microseconds an event: what else the machine does shows in the slow ones.
    struct Stages: Encodable {
        var encode: Double
        var score: Double
        var rules: Double
        /// Writing a review event as JSON; only flagged transactions need it.
        var serialise: Double
    }

    /// From decoded event to decision, all threads together.
    var eventsPerSecond: Double
    var microsecondsPerEvent: Quantiles
    var stageMicroseconds: Stages
    /// The model alone: encoded tokens in, logits out, all threads together.
    var modelEventsPerSecond: Double
    var floorMicroseconds: Double
    /// The model's time over the floor.
    var floorRatio: Double
    var sgemmGflops: Double
    var memoryGigabytesPerSecond: Double
    var bytesPerHotUser: Int
    var bytesPerColdUser: Int
    var flagged: Int
    var events: Int

    /// For a terminal.
    var lines: [String] {
        func row(_ name: String, _ value: String) -> String {
            name + String(repeating: " ", count: max(1, 34 - name.count)) + value
        }
        func text(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
        let stages = stageMicroseconds
        return [
            row("decisions", "\(text(eventsPerSecond, 0)) events/s"),
            row(
                "decoded event to decision",
                "p50 \(text(microsecondsPerEvent.p50)), p99 \(text(microsecondsPerEvent.p99)) µs an event"),
            row(
                "stages",
                "encode \(text(stages.encode)), score \(text(stages.score)), rules \(text(stages.rules)), serialise "
                    + "\(text(stages.serialise)) µs"),
            row("model alone", "\(text(modelEventsPerSecond, 0)) events/s"),
            row("floor", "\(text(floorMicroseconds)) µs an event; the model takes \(text(floorRatio)) times that"),
            row("matrix product", "\(text(sgemmGflops, 0)) GFLOP/s"),
            row("memory read in order", "\(text(memoryGigabytesPerSecond, 1)) GB/s"),
            row("hot user", "\(bytesPerHotUser) bytes"),
            row("cold user", "\(bytesPerColdUser) bytes"),
        ]
    }
}
