/// One time series, or a histogram's set of them.
protocol PrometheusMetric: AnyObject, Sendable {
    /// Appends the series' sample lines; `labels` is `a="b",c="d"` or empty.
    func render(name: String, labels: String, into text: inout String)
}
