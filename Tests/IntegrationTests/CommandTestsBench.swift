import Foundation
import Testing

/// `vigil bench`.
@Suite struct CommandTestsBench {
    /// The bench itself fails unless every alert it made certain is in PostgreSQL.
    @Test func theWholePipelineIsMeasured() async throws {
        let measured = try await VigilProcess.run(
            "bench", "pipeline", "--events", "2000", "--users", "50", "--partitions", "2", "--latency-seconds", "1",
            "--json")
        #expect(measured.status == 0, "\(measured.errors)")
        let figures = try measured.json()
        #expect((figures["events_per_second"] as? Double ?? 0) > 0)
        #expect((figures["null_consumer_events_per_second"] as? Double ?? 0) > 0)
        #expect((figures["peak_bytes"] as? Int ?? 0) > 1 << 20)
        let latency = try #require(figures["latency_milliseconds"] as? [String: Double])
        #expect(Set(latency.keys) == ["p50", "p99", "p999"])
        #expect((latency["p50"] ?? 0) > 0 && latency["p50"] ?? 0 <= latency["p99"] ?? 0)
        let stages = try #require(figures["stage_microseconds"] as? [String: Double])
        let expected: Set = ["fetch", "decode", "group", "score", "commit", "publish", "librdkafka"]
        #expect(Set(stages.keys) == expected)
        #expect((stages["score"] ?? 0) > 0)
    }
}
