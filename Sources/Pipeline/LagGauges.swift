internal import CoreMetrics
internal import Kafka

/// One gauge a partition: messages in the topic that are not committed yet.
final class LagGauges {
    private var gauges: [TopicPartition: Gauge] = [:]
    private var committed: [TopicPartition: Int64] = [:]

    /// - Parameter end: the offset after the partition's newest message, if known.
    func update(committed fresh: [TopicPartition: Int64], end: (TopicPartition) -> Int64?) {
        committed.merge(fresh) { $1 }
        for (input, offset) in committed {
            guard let end = end(input) else { continue }
            gauge(of: input).record(max(0, end - offset))
        }
    }

    private func gauge(of input: TopicPartition) -> Gauge {
        if let known = gauges[input] { return known }
        let new = Gauge(
            label: "vigil_lag_events",
            dimensions: [("topic", input.topic), ("partition", String(input.partition))])
        gauges[input] = new
        return new
    }
}
