import Metrics
import Testing

@testable import Console

@Suite struct PrometheusRegistryTests {
    @Test func rendersTheTextFormat() {
        let registry = PrometheusRegistry(
            help: ["vigil_events_total": "Events\nby \\outcome", "vigil_lag": "Offsets behind"],
            buckets: ["vigil_commit_seconds": [0.01, 0.1], "batch_size": [1, 10]])
        registry.makeCounter(label: "vigil.events", dimensions: [("outcome", "scored"), ("b", "a\"b\\c\nd")])
            .increment(by: 7)
        registry.makeCounter(label: "vigil.events", dimensions: []).increment(by: 1)
        registry.makeFloatingPointCounter(label: "cpu_seconds_total", dimensions: []).increment(by: 0.5)
        registry.makeRecorder(label: "vigil lag", dimensions: [("9-x", "1")], aggregate: false).record(Int64(-12))
        let timer = registry.makeTimer(label: "vigil.commit", dimensions: [("topic", "t")])
        for milliseconds in [5, 10, 50, 5000] as [Int64] { timer.recordNanoseconds(milliseconds * 1_000_000) }
        let sizes = registry.makeRecorder(label: "batch_size", dimensions: [], aggregate: true)
        for size in [1, 2, 11] as [Int64] { sizes.record(size) }
        sizes.record(Double.nan)
        #expect(
            registry.render() == #"""
                # TYPE batch_size histogram
                batch_size_bucket{le="1"} 1
                batch_size_bucket{le="10"} 2
                batch_size_bucket{le="+Inf"} 3
                batch_size_sum 14
                batch_size_count 3
                # TYPE cpu_seconds_total counter
                cpu_seconds_total 0.5
                # TYPE vigil_commit_seconds histogram
                vigil_commit_seconds_bucket{topic="t",le="0.01"} 2
                vigil_commit_seconds_bucket{topic="t",le="0.1"} 3
                vigil_commit_seconds_bucket{topic="t",le="+Inf"} 4
                vigil_commit_seconds_sum{topic="t"} 5.065
                vigil_commit_seconds_count{topic="t"} 4
                # HELP vigil_events_total Events\nby \\outcome
                # TYPE vigil_events_total counter
                vigil_events_total 1
                vigil_events_total{b="a\"b\\c\nd",outcome="scored"} 7
                # HELP vigil_lag Offsets behind
                # TYPE vigil_lag gauge
                vigil_lag{_9_x="1"} -12

                """#)
    }

    @Test func theSameSeriesIsSharedAndRemoved() {
        let registry = PrometheusRegistry()
        let first = Counter(label: "n", dimensions: [("a", "1"), ("b", "2")], factory: registry)
        let same = Counter(label: "n", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        first.increment()
        same.increment()
        #expect(registry.render().contains(#"n_total{a="1",b="2"} 2"#))
        // A gauge may not join a counter's family.
        registry.makeMeter(label: "n_total", dimensions: []).set(5.5)
        #expect(registry.render().contains("# TYPE n_total_gauge gauge\nn_total_gauge 5.5\n"))
        first.destroy()
        #expect(!registry.render().contains("# TYPE n_total counter"))
    }

    @Test func concurrentCountsAddUp() async {
        let registry = PrometheusRegistry()
        let counter = registry.makeCounter(label: "n", dimensions: [])
        let sum = registry.makeFloatingPointCounter(label: "x", dimensions: [])
        let timer = registry.makeTimer(label: "t", dimensions: [])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment(by: 1)
                        sum.increment(by: 0.5)
                        timer.recordNanoseconds(1_000_000_000)
                    }
                }
            }
        }
        let text = registry.render()
        #expect(text.contains("n_total 80000\n"))
        #expect(text.contains("x_total 40000\n"))
        #expect(text.contains("t_seconds_sum 80000\nt_seconds_count 80000\n"))
    }
}
