/// What `vigil bench pipeline` found; its JSON object.
struct PipelineBenchReport: Encodable {
    struct Percentiles: Encodable {
        var p50: Double
        var p99: Double
        var p999: Double

        /// - Parameter samples: in any order; zeros where there are none.
        init(_ samples: [Double]) {
            let sorted = samples.sorted()
            func quantile(_ share: Double) -> Double {
                sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
            }
            (p50, p99, p999) = (quantile(0.5), quantile(0.99), quantile(0.999))
        }
    }

    /// Another pipeline, on the same broker and database, with the same events.
    struct Peer: Encodable {
        var events: Int
        var eventsPerSecond: Double
        /// Ours by the peer's.
        var ratio: Double
        var alerts: Int64
        var peakBytes: Int
    }

    var events: Int
    var users: Int
    var partitions: Int
    /// From the first event handed to the producer to the last one seen committed.
    var eventsPerSecond: Double
    /// The same of a consumer that reads and commits offsets, and does nothing else.
    var nullConsumerEventsPerSecond: Double
    var nullConsumerRatio: Double
    /// The processor without commits and publishing, on the same events.
    var uncommittedEventsPerSecond: Double
    /// What is left of that with the full protocol.
    var guaranteeRatio: Double
    var alerts: Int64
    /// The load under which latency was measured.
    var latencyEventsPerSecond: Double
    var latencySeconds: Double
    /// Of alerts: from the event handed to the producer to its alert seen committed in PostgreSQL.
    var latencyMilliseconds: Percentiles
    /// Of all events: to their decision seen committed.
    var eventLatencyMilliseconds: Percentiles
    /// Processor time an event at full load, by stage.
    var stageMicroseconds: [String: Double]
    /// The same, of each process on this machine that had a part in it.
    var processMicroseconds: [String: Double]
    /// Most memory the processor ever had.
    var peakBytes: Int
    /// Its memory after each tenth of the events.
    var residentBytes: [Int]
    var peer: Peer?
}
