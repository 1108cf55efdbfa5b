internal import Metrics

/// The newest value; serves gauges and meters.
final class PrometheusGauge: PrometheusMetric, RecorderHandler, MeterHandler {
    private let level = AtomicDouble()

    func record(_ value: Int64) { level.store(Double(value)) }
    func record(_ value: Double) { level.store(value) }
    func set(_ value: Int64) { level.store(Double(value)) }
    func set(_ value: Double) { level.store(value) }
    func increment(by amount: Double) { level.add(amount) }
    func decrement(by amount: Double) { level.add(-amount) }

    func render(name: String, labels: String, into text: inout String) {
        text += PrometheusText.sample(name, labels, PrometheusText.number(level.value))
    }
}
