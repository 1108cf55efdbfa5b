internal import Metrics

/// A distribution in fixed buckets; serves timers (in seconds) and recorders that aggregate.
final class PrometheusHistogram: PrometheusMetric, RecorderHandler, TimerHandler {
    /// Upper bounds, rising; what is above the last goes to one more bucket.
    private let bounds: [Double]
    private let counts: [AtomicCount]
    private let sum = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds.sorted()
        counts = (0...bounds.count).map { _ in AtomicCount() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    /// Not-a-number is left out, as it belongs to no bucket and would spoil the sum for good.
    ///
    /// - Complexity: the number of buckets.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count].add(1)
        sum.add(value)
    }

    func render(name: String, labels: String, into text: inout String) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: Int64 = 0
        for (index, count) in counts.enumerated() {
            total += count.value
            let bound = index < bounds.count ? PrometheusText.number(bounds[index]) : "+Inf"
            text += PrometheusText.sample(name + "_bucket", prefix + "le=\"\(bound)\"", "\(total)")
        }
        text += PrometheusText.sample(name + "_sum", labels, PrometheusText.number(sum.value))
        // The same total as the last bucket's, even while others count on.
        text += PrometheusText.sample(name + "_count", labels, "\(total)")
    }
}
