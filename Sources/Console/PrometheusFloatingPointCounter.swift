internal import Metrics

/// Counts up, in fractions.
final class PrometheusFloatingPointCounter: PrometheusMetric, FloatingPointCounterHandler {
    private let sum = AtomicDouble()

    /// Amounts that are negative or not numbers are left out: a counter only rises.
    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { sum.add(amount) }
    }

    func reset() { sum.store(0) }

    func render(name: String, labels: String, into text: inout String) {
        text += PrometheusText.sample(name, labels, PrometheusText.number(sum.value))
    }
}
