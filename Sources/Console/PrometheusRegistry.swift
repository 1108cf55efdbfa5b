public import Metrics
internal import Synchronization

/// Keeps the program's metrics and prints them in Prometheus' text format.
///
/// Counting takes no lock; only making a metric and rendering do. Counters end in `_total`, timers in `_seconds`; plain
/// recorders are gauges, aggregating ones histograms. The same name and dimensions give the same series.
public final class PrometheusRegistry: MetricsFactory {
    private enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        var kind: Kind
        var series: [String: any PrometheusMetric] = [:]
    }

    /// 50 µs to 10 s.
    public static let defaultTimerBuckets: [Double] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Powers of four from 1 to about a million.
    public static let defaultRecorderBuckets: [Double] = (0...10).map { Double(1 << (2 * $0)) }

    private let families = Mutex<[String: Family]>([:])
    private let help: [String: String]
    private let buckets: [String: [Double]]

    /// - Parameters:
    ///   - help: one line about a metric, by its name as exported.
    ///   - buckets: upper bounds of a histogram's buckets, by its name as exported; seconds for timers.
    public init(help: [String: String] = [:], buckets: [String: [Double]] = [:]) {
        self.help = help
        self.buckets = buckets
    }

    /// All metrics, sorted by name.
    public func render() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let line = help[name] { text += "# HELP \(name) \(PrometheusText.escaped(line, quotes: false))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, metric) in family.series.sorted(by: { $0.key < $1.key }) {
                metric.render(name: name, labels: labels, into: &text)
            }
        }
        return text
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, "_total", .counter, dimensions) { _ in PrometheusCounter() }
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, "_total", .counter, dimensions) { _ in PrometheusFloatingPointCounter() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, "", .gauge, dimensions) { _ in PrometheusGauge() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, "", .gauge, dimensions) { _ in PrometheusGauge() } }
        return series(label, "", .histogram, dimensions) { name in
            PrometheusHistogram(bounds: self.buckets[name] ?? Self.defaultRecorderBuckets)
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, "_seconds", .histogram, dimensions) { name in
            PrometheusHistogram(bounds: self.buckets[name] ?? Self.defaultTimerBuckets)
        }
    }

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of this name and these dimensions, made if there is none. A name taken by a metric of another kind gets
    /// the kind appended: one Prometheus family holds one type only.
    private func series<Metric: PrometheusMetric>(
        _ label: String, _ suffix: String, _ kind: Kind, _ dimensions: [(String, String)],
        _ make: (_ name: String) -> Metric
    ) -> Metric {
        var name = PrometheusText.metricName(label)
        if !suffix.isEmpty, !name.hasSuffix(suffix) { name += suffix }
        let labels = PrometheusText.labels(dimensions)
        return families.withLock { families in
            while true {
                let family = families[name, default: Family(kind: kind)]
                let known = family.series[labels]
                if family.kind == kind, let metric = known as? Metric { return metric }
                if family.kind == kind, known == nil {
                    let metric = make(name)
                    families[name, default: family].series[labels] = metric
                    return metric
                }
                name += "_\(kind.rawValue)"
            }
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                let left = family.series.filter { $0.value !== handler }
                families[name] = left.isEmpty ? nil : Family(kind: family.kind, series: left)
            }
        }
    }
}
