internal import Metrics

/// Counts up, in whole numbers.
final class PrometheusCounter: PrometheusMetric, CounterHandler {
    private let count = AtomicCount()

    func increment(by amount: Int64) { count.add(amount) }
    func reset() { count.reset() }

    func render(name: String, labels: String, into text: inout String) {
        text += PrometheusText.sample(name, labels, "\(count.value)")
    }
}
